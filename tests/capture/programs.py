"""Random programs of generators that delegate, share, catch, re-raise, return early, end and are left behind."""

from collections.abc import Sequence
from typing import Final

from tests.capture.grammar import EXCEPTIONS, Grammar, Lines, Statement

# CPython departs from PEP 380 in one point: a StopIteration that is thrown into a delegation to an
# iterator without `throw` ends the delegation (CLEANUP_THROW), where the expansion raises it.
THROWN = tuple(name for name in EXCEPTIONS if name != "StopIteration")

ITERATORS: Final = """
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

class Sends:
    def send(self, value):
        return value if self.left else next(self)

class Throws:
    def throw(self, error):
        if isinstance(error, ValueError):
            return "caught"
        if isinstance(error, KeyError):
            raise StopIteration("stopped")
        raise error

class Closes:
    def close(self):
        if self.left:
            return "closed"
        raise ValueError("not closed")

class StepsSends(Sends, Steps): pass
class StepsThrows(Throws, Steps): pass
class StepsCloses(Closes, Steps): pass
class StepsSendsThrows(Sends, Throws, Steps): pass
class StepsSendsCloses(Sends, Closes, Steps): pass
class StepsThrowsCloses(Throws, Closes, Steps): pass
class StepsSendsThrowsCloses(Sends, Throws, Closes, Steps): pass
"""
_CLASSES: Final = """
from itertools import chain, islice

class Bound(Steps):
    def __init__(self, left):
        super().__init__(left)
        self.send = lambda value: [value]
        self.throw = lambda error: "thrown"

class Relay:
    def __init__(self, inner):
        self.inner = inner
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.inner)
    def send(self, value):
        return self.inner.send(value)
    def throw(self, error):
        return self.inner.throw(error)
    def close(self):
        self.inner.close()

class Items:
    def __iter__(self):
        yield "first"
        yield "second"

class Holder:
    def __init__(self, held):
        self.held = held
    def __iter__(self):
        return iter(self.held)

def wrapped(value):
    return [value]
"""

# A `throw` of an own iterator is seen where it is a function of that name.
_WITH_METHODS_OF_ITS_OWN: Final = False
# What zip and islice let go of before they are at their end is told of a step too early or too late.
_WITH_GENERATORS_LEFT_BEHIND_IN_C: Final = False
# A `for` whose generator somebody else finishes between two rounds does not tell that it is refused.
_WITH_LOOPS_OVER_SHARED: Final = False

STEPPING = tuple(f"Steps{methods}" for methods in (
    "", "Sends", "Throws", "Closes", "SendsThrows", "SendsCloses", "ThrowsCloses", "SendsThrowsCloses",
))  # fmt: skip


class Program(Grammar):
    """One program: some generator functions, some generators that they share, and a driver.

    All generators are dropped one after the other, the shared ones last.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed, functions=2 + seed % 4)
        self._shared = self.random.randint(1, 2)
        self.source = "\n".join([ITERATORS, _CLASSES, *self._definitions(), *self._driver()]) + "\n"

    def _definitions(self) -> Lines:
        for function in range(self.functions):
            yield f"def g{function}(s):"
            yield "    x = None"
            yield "    if x: yield"
            yield from self.body(function, shortest=2)

    def simple(self) -> Sequence[Statement]:
        often = [self._yield, self._receive, self._delegate, self._delegate, self._delegate]
        return [*often * 3, self._drive_another, self._loop]

    def _yield(self) -> Lines:
        yield self.random.choice([f"yield {self.value()}", "yield x"])

    def _receive(self) -> Lines:
        yield f"x = yield {self.value()}"

    def _delegate(self) -> Lines:
        yield self.random.choice(["x = ", ""]) + f"yield from {self._subject()}"

    def _drive_another(self) -> Lines:
        yield self.random.choice(["x = ", ""]) + self._drive(self.random.choice(["s", self._generator()]))

    def _loop(self) -> Lines:
        generator = self._generator()
        looped = generator if _WITH_LOOPS_OVER_SHARED or generator.startswith("g") else f"Relay({generator})"
        yield f"for x in {self.random.choice([looped, self._made_of_another()])}:"
        yield from self.block()
        if self.random.random() < 0.5:
            yield "    break"

    # -- expressions -------------------------------------------------------------------------

    def _subject(self) -> str:
        """What is delegated to."""
        draw = self.random.random()
        if draw < 0.6:
            return self._generator()
        return self._made_of_another() if draw < 0.75 else self._iterable()

    def _generator(self) -> str:
        shared = ["s", self._one_shared()]
        made = [f"g{later}({self.random.choice(shared)})" for later in self.later()]
        return self.random.choice(made * 3 + shared)

    def _one_shared(self) -> str:
        return f"k{self.random.randrange(self._shared)}"

    def _made_of_another(self) -> str:
        """An iterator that drives a generator, in C or in Python."""
        one, other = self._generator(), self._generator()
        made = [f"(x for x in {one})", f"chain({one}, {other})", f"map(wrapped, {one})", f"enumerate({one})"]
        if _WITH_GENERATORS_LEFT_BEHIND_IN_C:
            made += [f"zip({one}, {other})", f"islice({one}, {self.random.randint(1, 2)})"]
        return self.random.choice([*made, f"Relay({one})", f"Holder({one})"])

    def _iterable(self) -> str:
        size = self.random.randint(0, 2)
        own = [f"{self.random.choice(STEPPING)}({size})" for _ in range(2)]
        if _WITH_METHODS_OF_ITS_OWN:
            own.append(f"Bound({size})")
        return self.random.choice([*own, f"Holder(StepsSends({size}))", "[1, 2]", f"range({size})", "Items()"])

    # -- the driver --------------------------------------------------------------------------

    def _driver(self) -> Lines:
        self.function = 0
        for shared in reversed(range(self._shared)):
            given = "None" if shared == self._shared - 1 else f"k{shared + 1}"
            yield f"k{shared} = g{self.random.choice(self.later())}({given})"
        generators = ["g", "h"][: self.random.randint(1, 2)]
        drives = [drive for generator in generators for drive in self._begin(generator)]
        for _ in range(self.random.randint(4, 12)):
            drives += self._go_on(self.random.choice(generators))
        for drive in drives:
            yield "try:"
            yield f"    {drive}"
            yield "except BaseException as error:"
            yield "    print(repr(error))"
        for name in [*generators, *(f"k{shared}" for shared in range(self._shared))]:
            yield f"{name} = None"
        yield "print('end')"

    def _begin(self, generator: str) -> Lines:
        yield f"{generator} = g0({self._one_shared()})"
        if self.random.random() < 0.8:
            yield f"print(next({generator}))"

    def _go_on(self, generator: str) -> Lines:
        draw = self.random.random()
        if draw < 0.1:
            yield from self._begin(generator)
        elif draw < 0.15:
            yield f"print({self._drive(f'g0({self._one_shared()})')})"
        else:
            yield f"print({self._drive(self._one_shared() if draw < 0.25 else generator)})"

    def _drive(self, generator: str) -> str:
        """An expression that enters a generator."""
        drives = {
            f"next({generator})": 4,
            f"{generator}.send(None)": 1,
            f"{generator}.send({self.value()})": 5,
            f"{generator}.throw({self.random.choice(THROWN)}({self.value()}))": 3,
            f"{generator}.close()": 1,
        }
        return self.random.choices([*drives], [*drives.values()])[0]
