import asyncio


async def ticks():
    try:
        await asyncio.sleep(1)
        heard = yield "tick"
        yield heard
    finally:
        print("closed")


class Door:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return "open"

    async def __aexit__(self, *error):
        return False


async def main():
    async for tick in ticks():
        print(tick)
    clock = ticks()
    await clock.asend(None)
    print(await clock.asend("tock"))
    await clock.aclose()
    async with Door() as state:
        print(state)


asyncio.run(main())
