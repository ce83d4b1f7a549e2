import asyncio


async def numbers():
    yield 1


async def main():
    early = numbers()
    try:
        await early.asend("too early")
    except TypeError as error:
        print(error)
    del early


asyncio.run(main())
