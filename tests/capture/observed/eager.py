import asyncio


async def work(n):
    print("w", n)
    if n:
        await asyncio.sleep(n)
    return n


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    a = asyncio.create_task(work(0))
    b = asyncio.create_task(work(1))
    print(await a, await b)


asyncio.run(main())
