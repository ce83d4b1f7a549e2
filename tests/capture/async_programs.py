"""Random programs of coroutines, awaitables and async generators, driven by hand: no event loop."""

from collections.abc import Sequence
from typing import Final

from tests.capture.grammar import Grammar, Lines, Statement
from tests.capture.programs import ITERATORS, STEPPING, THROWN

_CLASSES: Final = """
import types
from contextlib import aclosing

class Await:
    def __init__(self, value):
        self.value = value
    def __await__(self):
        x = yield self.value
        return x

class Given:
    def __init__(self, iterator):
        self.iterator = iterator
    def __await__(self):
        return self.iterator

class Wrapper:
    def __init__(self, coroutine):
        self.coroutine = coroutine
    def __await__(self):
        return self.coroutine.__await__()

class Manager:
    def __init__(self, value):
        self.value = value
    async def __aenter__(self):
        x = await Await(self.value)
        return x
    async def __aexit__(self, kind, error, trace):
        x = await Await(self.value)
        return kind is ValueError

class Rounds:
    def __init__(self, left):
        self.left = left
    def __aiter__(self):
        return self
    async def __anext__(self):
        self.left -= 1
        if self.left < 0:
            raise StopAsyncIteration
        if self.left:
            await Await(self.left)
        return self.left
"""

_THROWN_BY_ATHROW: Final = tuple(name for name in THROWN if name != "GeneratorExit")
"""A trace tells athrow() of a GeneratorExit as the close that aclose() makes of it."""


class AsyncProgram(Grammar):
    """One program: coroutines `c`, generator-based ones `t` and async generators `a`, a coroutine and
    an async generator that are shared, and a driver."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, functions=3 + seed % 4)
        self._kinds = "c" + "".join(self.random.choice("ccata") for _ in range(1, self.functions))
        self.source = "\n".join([ITERATORS, _CLASSES, *self._definitions(), *self._driver()]) + "\n"

    def _definitions(self) -> Lines:
        for function, kind in enumerate(self._kinds):
            if kind == "t":
                yield "@types.coroutine"
            yield f"{'def' if kind == 't' else 'async def'} {kind}{function}(s):"
            yield "    x = None"
            if kind != "c":
                yield "    if x: yield"
            yield from self.body(function, shortest=2)

    def simple(self) -> Sequence[Statement]:
        kind = self._kinds[self.function]
        if kind == "t":
            return [self._yield, self._receive, *[self._delegate] * 4] * 3
        own = [self._yield, self._receive] * 3 if kind == "a" else []
        return [*own, *[self._await] * 9, *[self._step] * 3]

    def compound(self) -> Sequence[Statement]:
        asynchronous = [] if self._kinds[self.function] == "t" else [self._loop, self._with, self._closing] * 3
        return [*super().compound(), *asynchronous]

    def returning(self) -> Lines:
        if self._kinds[self.function] == "a":
            yield "return"
        else:
            yield from super().returning()

    def _yield(self) -> Lines:
        yield self.random.choice([f"yield {self.value()}", "yield x"])

    def _receive(self) -> Lines:
        yield f"x = yield {self.value()}"

    def _delegate(self) -> Lines:
        yield (
            self.random.choice(["x = ", ""]) + f"yield from {self.random.choice([self._coroutine(), self._iterator()])}"
        )

    def _await(self) -> Lines:
        yield self.random.choice(["x = ", ""]) + f"await {self._awaitable()}"

    def _step(self) -> Lines:
        yield self.random.choice(["x = ", ""]) + f"await {self._stepping(self._async_generator())}"

    def _loop(self) -> Lines:
        yield f"async for x in {self.random.choice([self._async_generator(), f'Rounds({self.random.randint(0, 2)})'])}:"
        yield from self.block(depth=2)
        if self.random.random() < 0.4:
            yield "    break"

    def _with(self) -> Lines:
        yield f"async with Manager({self.value()}) as x:"
        yield from self.block(depth=3)

    def _closing(self) -> Lines:
        yield f"async with aclosing({self._async_generator()}) as y:"
        yield "    async for x in y:"
        yield self.random.choice(["        break", "        pass", f"        await Await({self.value()})"])

    # -- expressions -------------------------------------------------------------------------

    def _made(self, kinds: str) -> list[str]:
        return [f"{self._kinds[later]}{later}(s)" for later in self.later() if self._kinds[later] in kinds]

    def _coroutine(self) -> str:
        return self.random.choice([*self._made("c") * 3, "kc", f"t({self.value()})"])

    def _async_generator(self) -> str:
        return self.random.choice([*self._made("a") * 3, "s", "ka"])

    def _iterator(self) -> str:
        return f"{self.random.choice(STEPPING)}({self.random.randint(0, 2)})"

    def _awaitable(self) -> str:
        draw = self.random.random()
        if draw < 0.5:
            return self.random.choice([*self._made("ct"), self._coroutine()])
        number = self.value()
        return self.random.choice(
            [
                f"Await({number})",
                f"Await({number})",
                f"Given({self._iterator()})",
                f"Wrapper({self._coroutine()})",
                f"t({number})",
            ]
        )

    def _stepping(self, generator: str) -> str:
        """An awaitable that enters an async generator."""
        steps = {
            f"anext({generator})": 3,
            f"anext({generator}, {self.value()})": 1,
            f"{generator}.asend({self.value()})": 3,
            f"{generator}.athrow({self.random.choice(_THROWN_BY_ATHROW)}({self.value()}))": 2,
            f"{generator}.aclose()": 1,
        }
        return self.random.choices([*steps], [*steps.values()])[0]

    def _error(self) -> str:
        return f"{self.random.choice(THROWN)}({self.value()})"

    # -- the driver --------------------------------------------------------------------------

    def _driver(self) -> Lines:
        self.function = 0
        yield "@types.coroutine"
        yield "def t(value):"
        yield "    x = yield value"
        yield "    return x"
        yield "async def a(value):"
        yield "    x = yield value"
        yield "    x = await Await(x)"
        yield "    yield x"
        yield f"s = a({self.value()})"
        yield f"ka = {self.random.choice([*self._made('a'), f'a({self.value()})'])}"
        yield f"kc = {self.random.choice([*self._made('c'), 'c0(s)'])}"
        drives = [*self._begin()]
        for _ in range(self.random.randint(4, 12)):
            drives += self._go_on()
        for drive in drives:
            yield "try:"
            yield f"    {drive}"
            yield "except BaseException as error:"
            yield "    print(repr(error))"
            if "p." in drive:
                # Whether it may be used again is not asked.
                yield "    p = None"
        for name in ("c", "p", "kc", "ka", "s"):
            yield f"{name} = None"
        yield "print('end')"

    def _begin(self) -> Lines:
        yield "c = c0(s)"
        yield "p = None"
        if self.random.random() < 0.8:
            yield "print(c.send(None))"

    def _go_on(self) -> Lines:
        draw = self.random.random()
        if draw < 0.1:
            yield from self._begin()
        elif draw < 0.3:
            # What athrow() and aclose() make of one that has not begun is no step when it is sent by hand.
            yield f"p = anext({self.random.choice(['s', 'ka'])})"
            yield "print(p.send(None))"
        elif draw < 0.45:
            yield f"print({self._drive('p')})"
        else:
            yield f"print({self._drive(self.random.choice(['c', 'c', 'c', 'kc']))})"

    def _drive(self, name: str) -> str:
        drives = {
            f"{name}.send(None)": 3,
            f"{name}.send({self.value()})": 5,
            f"{name}.throw({self._error()})": 2,
            f"{name}.close()": 1,
        }
        return self.random.choices([*drives], [*drives.values()])[0]
