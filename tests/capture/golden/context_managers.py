import itertools
from contextlib import ExitStack, contextmanager


@contextmanager
def opened(name):
    print("open", name)
    try:
        yield name
    except ValueError as error:
        print("caught", error)
    finally:
        print("close", name)


def pairs():
    with opened("pairs"):
        yield from zip(itertools.count(), letters())


def letters():
    yield from "ab"


print(list(pairs()))
with opened("outer"), ExitStack() as stack:
    stack.enter_context(opened("inner"))
    raise ValueError("in the block")
