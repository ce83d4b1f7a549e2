import asyncio


async def agen():
    try:
        yield 1
        yield 2
    finally:
        await asyncio.sleep(0)
        print("fin")


async def main():
    async for x in agen():
        break
    print("after")
    await asyncio.sleep(0.1)


asyncio.run(main())
