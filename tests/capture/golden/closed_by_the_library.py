from contextlib import ExitStack, closing, contextmanager


def numbers():
    yield 1
    yield 2


with closing(numbers()) as closed:
    print(next(closed))
print(closed.gi_frame)

stacked = numbers()
print(next(stacked))
with ExitStack() as stack:
    stack.callback(stacked.close)
    stack.callback(print, "left")
print(stacked.gi_frame)


@contextmanager
def twice():
    yield 1
    yield 2


try:
    with twice() as number:
        print(number)
except RuntimeError as error:
    print(error)

try:
    with twice():
        raise KeyError("k")
except KeyError as error:
    print(repr(error))


def delegator():
    yield from numbers()


with closing(delegator()) as closed:
    print(next(closed))
print("end")
