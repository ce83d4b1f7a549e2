"""What interpreters do differently, each named, probed where it can be, and used in one place."""

import sys
import warnings
from asyncio import unix_events
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any, Final


def peek[T](frame: FrameType, names: Iterable[str], look: Callable[[Any], T]) -> dict[str, T]:
    """What `look` makes of a frame's local variables, without keeping them alive.

    Until 3.13 (PEP 667) `f_locals` fills a dictionary that lives, and holds what the variables
    held, as long as the frame does: it is emptied again.
    """
    variables = frame.f_locals
    found = {name: look(variables[name]) for name in names if name in variables}
    if F_LOCALS_IS_A_COPY:
        variables.clear()
    return found


F_LOCALS_IS_A_COPY: Final = sys.version_info < (3, 13)


async def _one() -> AsyncGenerator[None]:
    yield


def _boxed_type() -> type:
    """The type in which the frame of an async generator yields its values.

    It has no name in Python. A monitor sees it, and so does nobody else.
    """
    seen: list[object] = []
    monitoring, tool, code = sys.monitoring, 4, _one.__code__
    monitoring.use_tool_id(tool, "yieldscope probe")
    monitoring.register_callback(tool, monitoring.events.PY_YIELD, lambda code, offset, value: seen.append(value))
    monitoring.set_local_events(tool, code, monitoring.events.PY_YIELD)
    with suppress(StopIteration):
        _one().asend(None).send(None)
    monitoring.set_local_events(tool, code, monitoring.events.NO_EVENTS)
    monitoring.register_callback(tool, monitoring.events.PY_YIELD, None)
    monitoring.free_tool_id(tool)
    return type(seen[0])


def _async_generator_awaitables() -> frozenset[type]:
    """The types of what asend(), athrow(), aclose() and anext() return.

    They have no names in Python either. Awaiting one runs the frame of its async generator.
    """
    with warnings.catch_warnings(action="ignore"):
        # None of them is awaited, of which Python warns as it lets them go.
        generator = _one()
        awaitables: list[Any] = [generator.asend(None), generator.athrow(ValueError), anext(_one(), None)]
        kinds = frozenset(map(type, awaitables))
        awaitables.clear()
    return kinds


BOXED_TYPE: Final = _boxed_type()
ASYNC_GENERATOR_AWAITABLES: Final = _async_generator_awaitables()

DEFAULT_POLICY: Final[Any] = (
    getattr(unix_events, "DefaultEventLoopPolicy", None) or vars(unix_events)["_DefaultEventLoopPolicy"]
)
"""The class of asyncio's event loop policy, which makes the loops; private from 3.14 on."""
