import asyncio
import gc


async def fails():
    raise ValueError("nobody asks")


async def waits(event):
    await event.wait()


async def numbers():
    try:
        yield 1
        yield 2
    finally:
        print("closed")


def handler(loop, context):
    print(context["message"])


async def main():
    asyncio.get_running_loop().set_exception_handler(handler)
    asyncio.create_task(fails())
    asyncio.create_task(waits(asyncio.Event()))
    async for number in numbers():
        break
    await asyncio.sleep(0)
    gc.collect()
    future = asyncio.get_running_loop().create_future()
    future.set_exception(KeyError("of a future"))
    del future


asyncio.run(main())
