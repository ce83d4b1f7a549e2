"""The yardstick of truth for coroutines: each is a generator, in which each `await` is expanded.

PEP 492 says that `await` is `yield from` with the iterator that `__await__` returns, and gives the
expansions of `async for` and `async with`. The async generators of PEP 525 are generators, too.
"""

import ast
import contextlib
import inspect
import sys
from collections.abc import Callable, Mapping
from types import GeneratorType
from typing import Any, Final, override

from tests.capture.pep380 import Expander, called, expanded
from tests.capture.pep525 import AsyncGenerator, Awaitable, AwaitableProbe, Box, Default, FrameProbe
from tests.capture.probes import Log, Probe, Told

# PEP 492, "Asynchronous Iterators and 'async for'".
_ASYNC_FOR = """
try:
    _iterator = aiter(ITERABLE)
    _running = True
    while _running:
        try:
            TARGET = await _iterator.__anext__()
        except StopAsyncIteration:
            _running = False
        else:
            BLOCK
finally:
    _iterator = None
"""
# The language reference, "The async with statement": PEP 492's own expansion forgets a `return`.
_ASYNC_WITH = """
try:
    _manager = MANAGER
    TARGET = await _manager.__aenter__()
    _hit_except = False
    try:
        BLOCK
    except:
        _hit_except = True
        _suppressed = await _manager.__aexit__(*exc_info())
        if not _suppressed:
            raise
    finally:
        if not _hit_except:
            await _manager.__aexit__(None, None, None)
finally:
    _manager = None
"""
# PEP 479, in the words of a coroutine; and a `yield`, without which it would be no generator.
_BODY = """
if False:
    yield
try:
    BLOCK
except STOPS as _stop:
    raise RuntimeError(f"{KIND} raised {type(_stop).__name__}") from _stop
"""


def told(source: str) -> Told:
    """What the expansion, and the program itself, call and get, and print, when the program is run."""
    log = Log()
    return log.run(expanded(source, _Expander()), _World(log).names())


class _Expander(Expander):
    @override
    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        if node.module != "contextlib":
            return node
        # What the program imports is expanded like the rest of it.
        return [self.visit(ast.parse(inspect.getsource(vars(contextlib)[each.name])).body[0]) for each in node.names]

    @override
    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        yields = [each for each in ast.walk(node) if isinstance(each, ast.Yield)]
        for each in yields:
            each.value = called("Box", each.value or ast.Constant(None))
        self.definition(node, node.name)
        kind = "async generator" if yields else "coroutine"
        stops = "(StopIteration, StopAsyncIteration)" if yields else "StopIteration"
        names = {"KIND": ast.Constant(kind), "STOPS": ast.parse(stops, mode="eval").body}
        body, _ = self.filled(_BODY, names, node.body)
        decorators = [*node.decorator_list, ast.Name(kind.replace(" ", "_"), ast.Load())]
        return ast.FunctionDef(node.name, node.args, body, decorators, type_params=[])

    def subiterator(self, value: ast.expr | None) -> ast.expr | None:
        if isinstance(value, ast.Await):
            return called("awaited", self.user, getattr(value, "via", "await"), self.delegated(value.value))
        if isinstance(value, ast.YieldFrom):
            return called("delegated", self.user, "yield from", self.delegated(value.value))
        return None

    @override
    def visit_AsyncFor(self, node: ast.AsyncFor) -> Any:
        return self._expanded(_ASYNC_FOR, "async for", {"ITERABLE": node.iter, "TARGET": node.target}, node.body)

    @override
    def visit_AsyncWith(self, node: ast.AsyncWith) -> Any:
        [item] = node.items
        target = item.optional_vars or ast.Name("unused", ast.Store())
        return self._expanded(_ASYNC_WITH, "async with", {"MANAGER": item.context_expr, "TARGET": target}, node.body)

    def _expanded(
        self, template: str, via: str, names: Mapping[str, ast.expr], block: list[ast.stmt]
    ) -> list[ast.stmt]:
        statements, _ = self.filled(template, names, block, via)
        return [statement for each in statements for statement in _as_list(self.visit(each))]


def _as_list(visited: ast.stmt | list[ast.stmt]) -> list[ast.stmt]:
    return visited if isinstance(visited, list) else [visited]


class _Coroutine:
    def __init__(self, frame: Any) -> None:
        self.frame: Final = frame

    def __repr__(self) -> str:
        return f"{self.frame.__qualname__}()"

    def __await__(self) -> "_CoroutineWrapper":
        return _CoroutineWrapper(self.frame)


class _CoroutineWrapper:
    """What `__await__` of a coroutine returns: who drives it drives the coroutine.

    That the coroutine refuses a trace then tells by the exception alone.
    """

    def __init__(self, frame: Any) -> None:
        self.frame: Final = frame


class _CoroutineProbe(Probe):
    kind = "coroutine"

    def refusal(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            if kind in ("send", "throw") and inspect.getgeneratorstate(self.iterator) == inspect.GEN_CLOSED:
                raise RuntimeError("cannot reuse already awaited coroutine")
            return method(*arguments)
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).replace("generator", self.kind)) from None
        finally:
            del self, method, arguments


class _World:
    """What an expanded program calls by name."""

    def __init__(self, log: Log) -> None:
        self._log: Final = log

    def names(self) -> Mapping[str, Any]:
        return {
            "subiterator": self._log.subiterator, "driven": self.driven, "reached": self._log.reached,
            "awaited": self.awaited, "delegated": self.delegated, "exc_info": sys.exc_info, "Box": Box,
            "aiter": _aiter, "anext": _anext,
            "coroutine": lambda function: lambda *arguments: _Coroutine(function(*arguments)),
            "async_generator": lambda function: lambda *arguments: AsyncGenerator(function(*arguments)),
            "AbstractAsyncContextManager": object,
        }  # fmt: skip

    def driven(self, user: str, via: str, subject: Any) -> Any:
        """What is driven by hand."""
        return self._probe(user, via, subject) or self._log.driven(user, via, subject)

    def delegated(self, user: str, via: str, subject: Any) -> Any:
        """What a generator-based coroutine delegates to."""
        return self._probe(user, via, subject) or self._log.subiterator(user, via, iter(subject))

    def awaited(self, user: str, via: str, subject: Any) -> Any:
        """PEP 492: what `await` delegates to."""
        probe = self._probe(user, via, subject)
        if probe is not None:
            if isinstance(subject, _Coroutine) and inspect.getgeneratorstate(subject.frame) == inspect.GEN_SUSPENDED:
                return probe.refused("await", _already_awaited)
            return probe
        if isinstance(subject, GeneratorType) and subject.gi_code.co_flags & inspect.CO_ITERABLE_COROUTINE:
            return self._log.subiterator(user, via, subject)
        if not hasattr(subject, "__await__"):
            raise TypeError(f"object {type(subject).__name__} can't be used in 'await' expression")
        iterator = subject.__await__()
        if not hasattr(iterator, "__next__") and not isinstance(iterator, _CoroutineWrapper):
            raise TypeError(f"__await__() returned non-iterator of type '{type(iterator).__name__}'")
        return self._probe(user, via, iterator) or self._log.subiterator(user, via, iterator)

    def _probe(self, user: str, via: str, subject: Any) -> Any:
        """Stands before the frame that a coroutine, or what an async generator returned, enters."""
        if isinstance(subject, _Coroutine | _CoroutineWrapper):
            hidden = isinstance(subject, _CoroutineWrapper)
            return _CoroutineProbe(self._log, user, via, subject.frame, hidden=hidden)
        if isinstance(subject, Awaitable):
            return AwaitableProbe(subject, FrameProbe(self._log, user, via, subject.generator.frame))
        return None


def _already_awaited() -> None:
    raise RuntimeError("coroutine is being awaited already")


def _aiter(iterable: Any) -> Any:
    if not hasattr(iterable, "__aiter__"):
        kind = type(iterable).__name__
        raise TypeError(f"'async for' requires an object with __aiter__ method, got {kind}")
    return iterable.__aiter__()


def _anext(iterator: Any, *default: Any) -> Any:
    awaitable = iterator.__anext__()
    return Default(awaitable, *default) if default else awaitable
