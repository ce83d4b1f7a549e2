import asyncio


async def stubborn(future, by_hand):
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("swallowed")
    if by_hand:
        await asyncio.sleep(0)
        raise asyncio.CancelledError("by hand")
    await future


async def tidy():
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        await asyncio.sleep(0)
        raise


async def main():
    future = asyncio.get_running_loop().create_future()
    tasks = [asyncio.create_task(stubborn(future, by_hand)) for by_hand in (False, True)]
    tasks.append(asyncio.create_task(tidy()))
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.sleep(0)
    future.cancel()
    await asyncio.wait(tasks)


asyncio.run(main())
