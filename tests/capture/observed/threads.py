import asyncio


async def main():
    print(await asyncio.to_thread(lambda: 42))
    await asyncio.sleep(1)
    print("end")


asyncio.run(main())
