"""What interpreters do differently, each named, probed where it can be, and used in one place."""

import sys
from collections.abc import Callable, Iterable
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


def _boxed_type() -> type:
    """The type in which the frame of an async generator yields its values.

    It has no name in Python. A monitor sees it, and so does nobody else.
    """

    async def one() -> Any:
        yield

    seen: list[object] = []
    monitoring, tool = sys.monitoring, 4
    monitoring.use_tool_id(tool, "yieldscope probe")
    monitoring.register_callback(tool, monitoring.events.PY_YIELD, lambda code, offset, value: seen.append(value))
    monitoring.set_local_events(tool, one.__code__, monitoring.events.PY_YIELD)
    try:
        one().__anext__().send(None)
    except StopIteration:
        return type(seen[0])
    finally:
        monitoring.set_local_events(tool, one.__code__, monitoring.events.NO_EVENTS)
        monitoring.register_callback(tool, monitoring.events.PY_YIELD, None)
        monitoring.free_tool_id(tool)
    raise AssertionError("an async generator yields")


BOXED_TYPE: Final = _boxed_type()
