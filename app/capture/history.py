"""The spelling of 2014: coroutines that are generators, as PEP 3156 had them.

Python 3.11 took `asyncio.coroutine` away, and asyncio takes no generator for a coroutine since
3.12. Snippets from then run as they did; whatever is not decorated is treated as it is today.
"""

import asyncio
import functools
import inspect
import types
from asyncio import coroutines
from collections.abc import Callable, Generator
from types import CodeType, GeneratorType
from typing import Any, Final

_decorated: Final[set[CodeType]] = set()
_iscoroutine: Final = coroutines.iscoroutine


def install() -> None:
    """Put `asyncio.coroutine` back."""
    vars(asyncio)["coroutine"] = coroutine
    for module in (asyncio, coroutines):
        vars(module)["iscoroutine"] = _iscoroutine_of_2014


def coroutine(function: Callable[..., Any]) -> Callable[..., Any]:
    """`asyncio.coroutine` of Python 3.4 to 3.10, without its debug mode."""
    if inspect.iscoroutinefunction(function):
        return function
    generator_function = function if inspect.isgeneratorfunction(function) else _delegating(function)
    decorated = types.coroutine(generator_function)
    _decorated.add(generator_function.__code__)
    vars(decorated)["_is_coroutine"] = vars(coroutines)["_is_coroutine"]
    return decorated


def _delegating(function: Callable[..., Any]) -> Callable[..., Generator[Any, Any, Any]]:
    @functools.wraps(function)
    def delegate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        result = function(*args, **kwargs)
        if asyncio.isfuture(result) or inspect.isgenerator(result):
            result = yield from result
        elif inspect.isawaitable(result):
            result = yield from result.__await__()
        return result

    # In a trace it goes by the name of what it delegates to.
    code = delegate.__code__  # type: ignore[attr-defined]
    names = {"co_name": function.__name__, "co_qualname": function.__qualname__}
    delegate.__code__ = code.replace(**names)  # type: ignore[attr-defined]
    return delegate


def _iscoroutine_of_2014(obj: object) -> bool:
    return _iscoroutine(obj) or (type(obj) is GeneratorType and obj.gi_code in _decorated)
