"""Random programs of generators that show when each thing happens: what they print, when objects go,
what is unwound, what is left behind."""

from collections.abc import Sequence

from tests.capture.grammar import EXCEPTIONS, Grammar, Lines, Statement

PRELUDE = """
import asyncio, contextlib, gc, inspect, sys, traceback, weakref

class Loud:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print("gone", self.name)
    def __repr__(self):
        print("shown", self.name)
        return "Loud"

class Manager:
    def __init__(self, name):
        self.name = name
    def __enter__(self):
        print("enter", self.name)
        return Loud(self.name)
    def __exit__(self, kind, error, trace):
        print("exit", self.name, repr(kind))
        return kind is ValueError
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self.__enter__()
    async def __aexit__(self, *error):
        await asyncio.sleep(0)
        return self.__exit__(*error)

@contextlib.contextmanager
def managed(name):
    print("begin", name)
    try:
        yield Loud(name)
    finally:
        print("end", name)

class Steps:
    def __init__(self, *items):
        self.items = list(items)
    def __iter__(self):
        return self
    def __next__(self):
        print("next of", len(self.items))
        if not self.items:
            raise StopIteration(Loud("stop"))
        return self.items.pop()
    def throw(self, error):
        print("thrown", type(error).__name__)
        return Loud("thrown")
    def __del__(self):
        print("gone steps")

def show(*values):
    for value in values:
        print(value.name if isinstance(value, Loud) else value if isinstance(value, int) else type(value).__name__)
    return values[-1]
"""


class Effects(Grammar):
    """What programs of generators and of coroutines have in common."""

    def _printing(self) -> Lines:
        yield self.random.choice(
            [
                f"print({self.value()})",
                f"show({self.value()}, x)",
                f"print({self.value()}, file=sys.stderr)",
                f"print({self.value()}, end=' ')",
                "print(sys._getframe().f_lineno, sys._getframe().f_code.co_name)",
                "print(sorted(locals()))",
                "traceback.print_stack()",
                "print([show(x, each) for each in range(2)])",
                "show((lambda y: show(y))(x))",
                "print(sys.getrefcount(x) > 100 or sys.getrefcount(x))",
            ]
        )

    def _making(self) -> Lines:
        made = f"Loud({self.value()})"
        yield self.random.choice(
            [
                f"x = {made}",
                f"y = {made}",
                f"y = x = {made}",
                f"show({made})",
                f"show({made}, {made})",
                "x = y = None",
                f"x = {made}; x.me = x",
                "gc.collect()",
                f"weakref.finalize({made}, print, {self.value()})",
            ]
        )

    def _caught(self) -> Lines:
        yield "try:"
        yield from self.block(self.random.randint(1, 2))
        yield f"except {self.random.choice(EXCEPTIONS)} as error:"
        yield self.random.choice(
            [
                "    traceback.print_exc()",
                "    print(repr(type(error)), error.__traceback__.tb_lineno)",
                "    print(type(error.__context__), type(error.__cause__))",
                "    y = error",
                "    raise RuntimeError(y) from error",
            ]
        )
        if self.random.random() < 0.3:
            yield "    raise"
        yield from self.block()

    def _finally_printing(self) -> Lines:
        yield "try:"
        yield from self.block(self.random.randint(1, 2))
        yield "finally:"
        yield f"    print({self.value()})"

    def _with(self) -> Lines:
        yield f"with {self.random.choice(['Manager', 'managed'])}({self.value()}) as y:"
        yield from self.block(self.random.randint(1, 2))

    def _raising(self) -> Lines:
        error = f"{self.random.choice(EXCEPTIONS)}(Loud({self.value()}))"
        yield self.random.choice([f"raise {error}", f"raise {error} from None", "1 / 0", "assert x is None, x"])

    def effects(self) -> Sequence[Statement]:
        """The statements that print, or make what prints."""
        return [
            *[self._printing, self._making] * 3, self._caught, self._caught, self._finally_printing, self._with,
            self._raising,
        ]  # fmt: skip

    def ends(self) -> str:
        """What the driver does with an exception."""
        return self.random.choice(["traceback.print_exc()", "print(repr(type(error)))", "print(repr(type(error)))"])


class GeneratorEffects(Effects):
    """A program of generators."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, functions=2 + seed % 4)
        self.source = "\n".join([PRELUDE, *self._definitions(), *self._driver()]) + "\n"

    def _definitions(self) -> Lines:
        for function in range(self.functions):
            yield f"def g{function}(s):"
            yield "    x = y = None"
            yield "    if x: yield"
            yield from self.body(function)

    def simple(self) -> Sequence[Statement]:
        return [*self.effects(), *[self._suspending, self._delegating] * 8, self._looping]

    def _suspending(self) -> Lines:
        number = self.value()
        yield self.random.choice(
            [
                f"x = yield {number}",
                f"x = yield Loud({number})",
                "x = show((yield x))",
                f"show((yield {number}), (yield Loud({number})))",
                "y = yield y",
                f"x = [(yield {number}), Loud({number})]",
                "print(f'{type((yield))}')",
                "yield (yield)",
                f"x = (yield Loud({number})) or (yield y)",
            ]
        )

    def _delegating(self) -> Lines:
        subject = self._subject()
        yield self.random.choice(
            [f"x = yield from {subject}", f"yield from {subject}", f"show((yield from {subject}))"]
        )

    def _subject(self) -> str:
        number = self.value()
        made = [f"g{later}({self.random.choice(['s', 'k'])})" for later in self.later()]
        return self.random.choice(
            [*made * 2, "s", "k", f"Steps({number}, Loud({number}))", f"(show(each) for each in Steps({number}))"]
        )

    def _looping(self) -> Lines:
        yield f"for x in {self._subject()}:"
        yield from self.block()
        if self.random.random() < 0.5:
            yield "    break"

    def _driver(self) -> Lines:
        self.function = 0
        yield f"k = g{self.functions - 1}([Loud('k')])"
        yield "g = g0(k)"
        for _ in range(self.random.randint(4, 9)):
            yield "try:"
            yield f"    {self._drive()}"
            yield "except BaseException as error:"
            yield f"    {self.ends()}"
        if self.random.random() < 0.2:
            yield "next(g)"
        yield self.random.choice(["g = None", "g = k = None", "del g, k", "print('end')"])

    def _drive(self) -> str:
        number = self.value()
        return self.random.choice(
            [
                "show(next(g))",
                "show(next(g))",
                f"show(g.send(Loud({number})))",
                f"g.send({number})",
                f"show(g.throw({self.random.choice(EXCEPTIONS[:4])}(Loud({number}))))",
                "show(next(k))",
                "print(inspect.getgeneratorstate(g), g.gi_yieldfrom is None, g.gi_frame and g.gi_frame.f_lineno)",
                "g.close()",
                "g = g0(k)",
                "show(next(g0(k)))",
                "show(*g0(k))",
            ]
        )
