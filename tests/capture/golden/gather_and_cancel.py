import asyncio


async def work(seconds):
    await asyncio.sleep(seconds)
    if seconds == 2:
        raise ValueError("two")
    return seconds


async def main():
    print(await asyncio.gather(work(0), work(2), return_exceptions=True))
    slow = asyncio.create_task(work(5))
    await asyncio.sleep(0)
    slow.cancel("enough")
    try:
        await slow
    except asyncio.CancelledError as error:
        print("cancelled:", error)


asyncio.run(main())
