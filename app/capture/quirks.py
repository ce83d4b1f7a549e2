"""What interpreters do differently, each named, probed where it can be, and used in one place."""

import sys
import warnings
from asyncio import taskgroups, tasks, unix_events
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any, Final


def peek[T](frame: FrameType, names: Iterable[str], look: Callable[[Any], T]) -> dict[str, T]:
    """What `look` makes of a frame's local variables, without keeping them alive.

    Until 3.13 (PEP 667) `f_locals` fills a dictionary that lives, and holds what the variables
    held, as long as the frame does: it is emptied again.
    """
    variables = frame.f_locals
    get = variables.get
    found = {name: look(value) for name in names if (value := get(name, _UNBOUND)) is not _UNBOUND}
    if F_LOCALS_IS_A_COPY:
        variables.clear()
    return found


def local(frame: FrameType, name: str) -> Any:
    """The value of one of a frame's local variables."""
    variables = frame.f_locals
    value = variables[name]
    if F_LOCALS_IS_A_COPY:
        variables.clear()
    return value


_UNBOUND: Final = object()

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


def _coroutine_wrapper() -> type:
    """The type of what a coroutine's `__await__` returns, which does nothing but go on to the coroutine."""
    coroutine = _nothing()
    wrapper = coroutine.__await__()
    coroutine.close()
    return type(wrapper)


async def _nothing() -> None:
    pass


BOXED_TYPE: Final = _boxed_type()
COROUTINE_WRAPPER: Final = _coroutine_wrapper()
ASYNC_GENERATOR_AWAITABLES: Final = _async_generator_awaitables()

_LATE_NAMERS: Final = tuple(
    function.__code__
    for function in (tasks.create_task, taskgroups.TaskGroup.create_task)
    if "_set_task_name" in function.__code__.co_names
)
"""Until 3.13 (gh-112622) these name a task after they have made it."""


def late_name(frame: FrameType | None) -> str | None:
    """The name that a task which is being made will have, where it is not known to it yet."""
    for _ in range(_FRAMES_OF_MAKING if _LATE_NAMERS else 0):
        if frame is None:
            break
        if any(frame.f_code is namer for namer in _LATE_NAMERS):
            return peek(frame, ("name",), lambda name: None if name is None else str(name))["name"]
        frame = frame.f_back
    return None


_FRAMES_OF_MAKING: Final = 16
"""How far, at most, the call that makes a task is from where the recorder hears of it."""

DEFAULT_POLICY: Final[Any] = (
    getattr(unix_events, "DefaultEventLoopPolicy", None) or vars(unix_events)["_DefaultEventLoopPolicy"]
)
"""The class of asyncio's event loop policy, which makes the loops; private from 3.14 on."""

GET_EVENT_LOOP: Final[CodeType] = DEFAULT_POLICY.get_event_loop.__code__
"""What `asyncio.get_event_loop()` asks where no loop runs."""

IGNORED_ERRORS_HAVE_CARETS: Final = sys.version_info < (3, 13)
"""Whether carets show where an exception was raised that Python ignores, as one in a finalizer (gh-110721)."""
