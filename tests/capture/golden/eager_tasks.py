import asyncio


async def at_once():
    return "at once"


async def later():
    await asyncio.sleep(1)
    return "later"


async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    first, second = asyncio.create_task(at_once()), asyncio.create_task(later())
    print(first.done(), second.done())
    print(await first, await second)


asyncio.run(main())
