"""Short programs of what random ones seldom do; each is named after what happens in it."""

from collections.abc import Mapping
from typing import Final

_HELD: Final = """
def leaf():
    yield 1
def held():
    yield from leaf()
def loop():
    for x in held():
        yield x
def outer(inner):
    yield from inner
"""
_SHARED: Final = """
def catches():
    try:
        yield from shared
    except ValueError as error:
        print(repr(error))
        yield 3
def outer():
    yield from catches()
"""

GENERATORS: Final[Mapping[str, str]] = {
    "a closed chain ends after what its innermost frame loops over": f"""{_HELD}
delegator = outer(loop())
print(next(delegator))
delegator.close()
print('end')
""",
    "a closed chain ends before what a variable of its innermost frame holds": f"""{_HELD}
delegator = outer(x for x in held())
print(next(delegator))
delegator.close()
print('end')
""",
    "so does one into which GeneratorExit is thrown": f"""{_HELD}
for inner in (loop(), (x for x in held())):
    delegator = outer(inner)
    print(next(delegator))
    try:
        delegator.throw(GeneratorExit(1))
    except GeneratorExit as error:
        print(repr(error))
print('end')
""",
    "what is finalized while a frame is closed returns": """
def held():
    try:
        yield 1
    except GeneratorExit:
        return
def loop():
    for x in held():
        yield x
def outer():
    closed = loop()
    print(next(closed))
    closed.close()
    yield 2
delegator = outer()
print(next(delegator))
delegator = None
print('end')
""",
    "a subgenerator lets go of the chain by which it is suspended": f"""{_SHARED}
def shares():
    global delegator
    yield 1
    delegator = None
    yield 2
shared = shares()
delegator = outer()
print(next(delegator))
print(next(shared))
shared = None
print('end')
""",
    "a subgenerator throws into the chain by which it is suspended": f"""{_SHARED}
def shares():
    yield 1
    print(delegator.throw(KeyError(2)))
    yield 4
shared = shares()
delegator = outer()
print(next(delegator))
print(next(shared))
shared = delegator = None
print('end')
""",
}

_AWAIT: Final = """
class Await:
    def __await__(self):
        yield 1
async def awaits():
    await Await()
"""

COROUTINES: Final[Mapping[str, str]] = {
    "an exception comes down to an async generator through one that loops over it": f"""{_AWAIT}
async def inner():
    await Await()
    yield
async def outer():
    async for x in inner():
        yield x
step = anext(outer())
print(step.send(None))
try:
    step.throw(ValueError(1))
except ValueError as error:
    print(repr(error))
step = None
print('end')
""",
    "an exception comes down to a coroutine behind its __await__()": f"""{_AWAIT}
class Wrapper:
    def __await__(self):
        return awaits().__await__()
async def outer():
    await Wrapper()
    yield
step = anext(outer())
print(step.send(None))
try:
    step.throw(ValueError(1))
except ValueError as error:
    print(repr(error))
step = None
print('end')
""",
    "an exception lets go of a loop whose async generator ignores its end": f"""{_AWAIT}
class Manager:
    async def __aenter__(self):
        await Await()
    async def __aexit__(self, *error):
        pass
async def held():
    try:
        yield 1
    except GeneratorExit:
        async with Manager() as x:
            pass
async def fails():
    raise ValueError(1)
async def loop():
    async for x in held():
        await fails()
coroutine = loop()
try:
    coroutine.send(None)
except ValueError as error:
    print(repr(error))
coroutine = None
print('end')
""",
}
