"""What a yardstick logs: a probe stands before each iterator, and logs what its user calls and gets."""

import gc
import inspect
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import GeneratorType
from typing import Any, Final, NamedTuple

type Hop = tuple[str, str | None, str | None, str | None, str | None]
"""Kind, giver, receiver, value and way of a step. A `yield` has no way here: of whose expression
the value is, no caller can tell."""


class Told(NamedTuple):
    """What a program does: the hops, and the lines that it prints."""

    hops: list[Hop]
    lines: list[str]


class Numbers:
    """Tells apart iterators of one name, by their first hop."""

    def __init__(self) -> None:
        self._found: dict[str, list[object]] = {}

    def name(self, name: str, identity: object) -> str:
        """The name with a number."""
        found = self._found.setdefault(name, [])
        if identity not in found:
            found.append(identity)
        return f"{name} #{found.index(identity)}"


class Log:
    """The hops of one program, in order."""

    def __init__(self) -> None:
        self._hops: Final[list[Hop]] = []
        self._lines: Final[list[str]] = []
        self._numbers: Final = Numbers()

    def run(self, source: str, names: Mapping[str, Any]) -> Told:
        """Run a program; when garbage is collected is no part of any PEP, so none is meanwhile."""
        gc.disable()
        try:
            exec(compile(source, "expanded.py", "exec"), {**names, "print": self._print})
        finally:
            gc.enable()
        return Told(self._hops.copy(), self._lines.copy())

    def subiterator(self, user: str, via: str, iterator: Iterator[Any]) -> "Probe":
        """What `user` delegates to."""
        return Probe(self, user, via, iterator)

    def driven(self, user: str, via: str, subject: Any) -> Any:
        """What `user` drives by itself: of that, generators alone are actors."""
        return Probe(self, user, via, subject) if isinstance(subject, GeneratorType) else subject

    def reached(self, user: str, via: str, subject: Any) -> Any:
        """What `user` drives through something else, which hides it where it cannot be entered."""
        return Probe(self, user, via, subject, hidden=True) if isinstance(subject, GeneratorType) else subject

    def add(self, kind: str, user: str, via: str, probe: "Probe", value: str | None) -> None:
        """A hop from `user` to what the probe stands before, or back."""
        inner = self._numbers.name(probe.name, probe.identity)
        giver, receiver = (inner, user) if kind in ("yield", "return", "raise") else (user, inner)
        self._hops.append((kind, giver, receiver, value, None if kind == "yield" else via))

    def _print(self, *values: object) -> None:
        self._lines.append(" ".join(map(str, values)))


class Probe:
    """Stands before an iterator, and has `send`, `throw` and `close` exactly where that has them.

    An exception that passes through keeps frames: none of them refers to the iterator, which has to
    be finalized when its user lets go of it.
    """

    kind = "generator"
    """What messages call a generator."""

    tells_refusals = True

    def __init__(self, log: Log, user: str, via: str, iterator: Iterator[Any], *, hidden: bool = False) -> None:
        self._log: Final = log
        self._user: Final = user
        self._via: Final = via
        self.iterator: Final[Any] = iterator
        self._hidden: Final = hidden
        self.name: Final[str] = getattr(iterator, "__qualname__", type(iterator).__name__)
        self.identity: Final = _identity(iterator)

    def __iter__(self) -> "Probe":
        return self

    def __next__(self) -> Any:
        try:
            return self._enter("send", next, self.iterator)
        finally:
            del self

    def __getattr__(self, name: str) -> Any:
        try:
            return partial(self._enter, name, getattr(self.iterator, name))
        finally:
            del self

    def _enter(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        value = None if method is next or not arguments else arguments[0]
        try:
            if self.refuses(kind, value):
                return self.refused(kind, method, *arguments)
            self.tell(kind, None if kind == "close" else repr(value))
            if kind == "close":
                return self._closed()
            return self.answered("yield", method, *arguments)
        finally:
            del self, method, arguments, value

    def refused(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        """Tell of the error that answers, where nothing is entered."""
        try:
            return self.refusal(kind, method, *arguments)
        except BaseException as error:
            if self.tells_refusals and not self._hidden:
                self.tell("refuse", repr(error))
            raise
        finally:
            del self, method, arguments

    def refusal(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        """What the interpreter does where it does not enter a generator."""
        try:
            return method(*arguments)
        finally:
            del self, method, arguments

    def answered(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        """Tell of a result as a step of some kind; of an exception as what PEP 380 takes it for."""
        try:
            result = method(*arguments)
        except StopIteration as stop:
            self.tell("return", repr(stop.value))
            raise
        except BaseException as error:
            self.tell("raise", repr(error))
            raise
        else:
            self.tell(kind, repr(result))
            return result
        finally:
            del self, method, arguments

    def _closed(self) -> Any:
        """PEP 342: close() throws GeneratorExit, and takes that or a return for an answer."""
        iterator: Any = self.iterator
        try:
            if not isinstance(iterator, GeneratorType):
                return self.answered("return", iterator.close)
            try:
                self.answered("yield", iterator.throw, GeneratorExit())
            except GeneratorExit:
                return None
            except StopIteration as stop:
                return stop.value if sys.version_info >= (3, 13) else None
            raise RuntimeError(f"{self.kind} ignored GeneratorExit")
        finally:
            del self, iterator

    def tell(self, kind: str, value: str | None) -> None:
        """A hop between the user and the iterator."""
        self._log.add(kind, self._user, self._via, self, value)

    def refuses(self, kind: str, value: Any) -> bool:
        """Whether the iterator is a generator that cannot be entered like this."""
        if not isinstance(self.iterator, GeneratorType):
            return False
        state = inspect.getgeneratorstate(self.iterator)
        begins_with_a_value = state == inspect.GEN_CREATED and kind == "send" and value is not None
        return state in (inspect.GEN_CLOSED, inspect.GEN_RUNNING) or begins_with_a_value


def _identity(iterator: object) -> object:
    """What is equal for one iterator alone, and keeps nothing alive."""
    try:
        return weakref.ref(iterator)
    except TypeError:
        # An iterator made in C has a single user.
        return object()
