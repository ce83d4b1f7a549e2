import asyncio


async def numbers():
    try:
        yield 1
    finally:
        print("closing")


def drive(awaitable):
    try:
        awaitable.send(None)
    except (StopIteration, StopAsyncIteration) as error:
        print(repr(error))


by_hand = numbers()
drive(by_hand.__anext__())
drive(by_hand.aclose())
drained = numbers()
drive(drained.asend(None))
drive(drained.asend(None))


async def main():
    awaited = numbers()
    print(await anext(awaited), await anext(awaited, "default"))


asyncio.run(main())
