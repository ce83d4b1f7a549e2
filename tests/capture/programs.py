"""Random programs of generators that delegate, catch, re-raise, return early and end."""

import random
from collections.abc import Iterator

_EXCEPTIONS = ("ValueError", "KeyError", "GeneratorExit", "BaseException", "StopIteration")
# CPython departs from PEP 380 in one point: a StopIteration that is thrown into a delegation to an
# iterator without `throw` ends the delegation (CLEANUP_THROW), where the expansion raises it.
_THROWN = tuple(name for name in _EXCEPTIONS if name != "StopIteration")
_DEEPEST = 3

_CLASSES = """
class Steps:
    def __init__(self, left):
        self.left = left
    def __iter__(self):
        return self
    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise StopIteration("steps")
        return self.left

class Talker(Steps):
    def send(self, value):
        return value if self.left else next(self)
    def throw(self, error):
        if isinstance(error, ValueError):
            return "caught"
        if isinstance(error, KeyError):
            raise StopIteration("stopped")
        raise error
    def close(self):
        if self.left:
            return "closed"
        raise ValueError("not closed")

class Items:
    def __iter__(self):
        yield "first"
        yield "second"
"""


class Program:
    """One program: some generator functions, and a driver that sends, throws and closes.

    `source` calls `probe("<module>", generator)`, which the yardstick defines; for the
    recorder it is the identity.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = 0
        self._functions = self._random.randint(2, 5)
        self.source = "\n".join([*self._definitions(), *self._driver()]) + "\n"

    def _definitions(self) -> Iterator[str]:
        yield _CLASSES
        for index in range(self._functions):
            yield f"def g{index}():"
            yield "    x = None"
            yield "    if x: yield"
            yield from self._block(index, 1, self._random.randint(1, 3))

    def _block(self, index: int, depth: int, length: int) -> Iterator[str]:
        for _ in range(length):
            for line in self._statement(index, depth):
                yield "    " + line

    def _statement(self, index: int, depth: int) -> Iterator[str]:
        simple = [self._yield, self._receive, self._delegate, self._delegate, self._delegate]
        ending = [self._return, self._raise]
        compound = [self._catch, self._catch, self._finally, self._if, self._for]
        choices = simple * 3 + ending + (compound * 2 if depth <= _DEEPEST else [])
        yield from self._random.choice(choices)(index, depth)

    def _value(self) -> int:
        self._number += 1
        return self._number

    def _yield(self, index: int, depth: int) -> Iterator[str]:
        yield self._random.choice([f"yield {self._value()}", "yield x"])

    def _receive(self, index: int, depth: int) -> Iterator[str]:
        yield f"x = yield {self._value()}"

    def _delegate(self, index: int, depth: int) -> Iterator[str]:
        inner = [f"g{inner}()" for inner in range(index + 1, self._functions)]
        size = self._random.randint(0, 2)
        outer = ["[1, 2]", f"range({size})", f"Steps({size})", f"Talker({size})", "Items()"]
        target = self._random.choice(inner * 4 + outer)
        yield self._random.choice(["x = ", ""]) + f"yield from {target}"

    def _return(self, index: int, depth: int) -> Iterator[str]:
        yield self._random.choice([f"return {self._value()}", "return x", "return"])

    def _raise(self, index: int, depth: int) -> Iterator[str]:
        yield f"raise {self._random.choice(_EXCEPTIONS)}({self._value()})"

    def _catch(self, index: int, depth: int) -> Iterator[str]:
        yield "try:"
        yield from self._block(index, depth + 1, self._random.randint(1, 2))
        yield f"except {self._random.choice(_EXCEPTIONS)}:"
        if self._random.random() < 0.3:
            yield "    raise"
        else:
            yield from self._block(index, depth + 1, 1)

    def _finally(self, index: int, depth: int) -> Iterator[str]:
        yield "try:"
        yield from self._block(index, depth + 1, self._random.randint(1, 2))
        yield "finally:"
        if self._random.random() < 0.6:
            yield f"    x = {self._value()}"
        else:
            yield from self._block(index, depth + 1, 1)

    def _if(self, index: int, depth: int) -> Iterator[str]:
        yield self._random.choice(["if x is None:", "if x:"])
        yield from self._block(index, depth + 1, 1)

    def _for(self, index: int, depth: int) -> Iterator[str]:
        yield f"for x in range({self._random.randint(1, 2)}):"
        yield from self._block(index, depth + 1, 1)

    def _driver(self) -> Iterator[str]:
        for _ in range(self._random.randint(1, 2)):
            yield 'g = probe("<module>", g0())'
            drives = [self._drive() for _ in range(self._random.randint(2, 8))]
            for drive in [*drives, "g.close()"]:
                yield "try:"
                yield f"    {drive}"
                yield "except BaseException:"
                yield "    pass"
        yield "g = None"

    def _drive(self) -> str:
        throw = f"g.throw({self._random.choice(_THROWN)}({self._value()}))"
        send = f"g.send({self._random.choice(['None', str(self._value())])})"
        return self._random.choice(["next(g)", "next(g)", send, send, throw, throw, "g.close()"])
