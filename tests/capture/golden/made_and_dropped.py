import asyncio
import warnings


async def notify(number):
    print("never printed")


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(notify, 1)
    loop.call_later(0.5, notify, 2)
    await asyncio.sleep(1)
    for _ in map(notify, [3]):
        pass


# What Python prints of them are lines of its library.
warnings.simplefilter("ignore")
asyncio.run(main())
