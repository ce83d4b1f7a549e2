import asyncio
import time


async def greet():
    print("hello")


async def main():
    greet()
    time.sleep(1)
    await greet()


asyncio.run(main())
