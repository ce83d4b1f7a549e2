import asyncio


async def tea():
    await asyncio.sleep(2)
    return "tea"


async def toast():
    await asyncio.sleep(1)
    return "toast"


async def main():
    task = asyncio.Task(tea())
    print(await toast())
    print(await task)


asyncio.run(main())
