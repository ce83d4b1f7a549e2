"""Random bodies of functions: what all random programs are made of, whatever their functions are."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

EXCEPTIONS = ("ValueError", "KeyError", "GeneratorExit", "BaseException", "StopIteration")
_DEEPEST = 3

type Lines = Iterator[str]
type Statement = Callable[[], Lines]


class Grammar(ABC):
    """Statements drawn at random: some that suspend, loops, branches, handlers, ends.

    Functions are numbered, and one makes only those that come after it, so that all of them end.
    Each has a variable `x` and a parameter `s`, which a generator is given.
    """

    def __init__(self, seed: int, functions: int) -> None:
        self.random = random.Random(seed)
        self.functions = functions
        self.function = 0
        """The function whose body is being written."""

        self._depth = 0
        self._number = 0

    @abstractmethod
    def simple(self) -> Sequence[Statement]:
        """The statements that hold no others, each as often as it is to be drawn."""

    def value(self) -> int:
        """A number that has not been used."""
        self._number += 1
        return self._number

    def later(self) -> Sequence[int]:
        """The functions that the present one may call."""
        return range(self.function + 1, self.functions)

    def body(self, function: int, shortest: int = 1) -> Lines:
        """The body of a function."""
        self.function = function
        return self.block(self.random.randint(shortest, shortest + 2))

    def block(self, length: int = 1, depth: int = 1) -> Lines:
        """An indented block of some statements; `depth` is how much deeper they are."""
        self._depth += depth
        for _ in range(length):
            for line in self._statement():
                yield "    " + line
        self._depth -= depth

    def compound(self) -> Sequence[Statement]:
        """The statements that hold others."""
        return [self._catch, self._catch, self._finally, self._if, self._for] * 2

    def _statement(self) -> Lines:
        compound = self.compound() if self._depth <= _DEEPEST + 1 else []
        return self.random.choice([*self.simple(), self.returning, self._raise, *compound])()

    def returning(self) -> Lines:
        """A `return`."""
        yield self.random.choice([f"return {self.value()}", "return x", "return"])

    def _raise(self) -> Lines:
        yield f"raise {self.random.choice(EXCEPTIONS)}({self.value()})"

    def _catch(self) -> Lines:
        yield "try:"
        yield from self.block(self.random.randint(1, 2))
        yield f"except {self.random.choice(EXCEPTIONS)}:"
        if self.random.random() < 0.3:
            yield "    raise"
        else:
            yield from self.block()

    def _finally(self) -> Lines:
        yield "try:"
        yield from self.block(self.random.randint(1, 2))
        yield "finally:"
        if self.random.random() < 0.6:
            yield f"    x = {self.value()}"
        else:
            yield from self.block()

    def _if(self) -> Lines:
        yield self.random.choice(["if x is None:", "if x:"])
        yield from self.block()

    def _for(self) -> Lines:
        yield f"for x in range({self.random.randint(1, 2)}):"
        yield from self.block()
