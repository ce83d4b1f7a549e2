import asyncio
import itertools


def numbers():
    yield 1
    return "end"


def delegator(inner):
    result = yield from inner
    print(result)


finished = numbers()
list(finished)
print(next(finished, "default"))
list(delegator(finished))
try:
    numbers().send("too early")
except TypeError as error:
    print(error)


def itself():
    try:
        next(me)
    except ValueError as error:
        print(error)
    yield


me = itself()
next(me)


async def answer():
    return 42


async def main():
    coroutine = answer()
    await coroutine
    try:
        await coroutine
    except RuntimeError as error:
        print(error)
    try:
        await asyncio.open_connection("python.org", 80)
    except PermissionError as error:
        print(error)


asyncio.run(main())
list(delegator(itertools.chain(numbers(), numbers())))
