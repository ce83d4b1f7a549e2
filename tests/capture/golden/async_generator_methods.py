import asyncio
from contextlib import aclosing


async def talk():
    reply = "nothing"
    try:
        while True:
            try:
                await asyncio.sleep(0)
                reply = yield reply
            except ValueError as error:
                reply = str(error)
    finally:
        await asyncio.sleep(0)
        print("closed")


async def main():
    talker = talk()
    print(await anext(talker))
    print(await talker.asend("hello"))
    print(await talker.athrow(ValueError("oops")))
    await talker.aclose()
    async with aclosing(talk()) as talker:
        async for word in talker:
            print(word)
            break
    print([word async for word in limited(2)])
    try:
        await anext(talker)
    except StopAsyncIteration:
        print("over")


async def limited(count):
    for number in range(count):
        yield number


asyncio.run(main())
