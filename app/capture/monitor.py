"""`sys.monitoring`: which events are asked for, and who is told of them.

The events of a frame are asked for code object by code object, so that code of no interest runs
at full speed. Those of exceptions monitors report for all code, or not at all.
"""

import sys
from collections.abc import Callable
from types import (
    BuiltinMethodType,
    CodeType,
    FrameType,
    MethodDescriptorType,
    MethodWrapperType,
    WrapperDescriptorType,
)
from typing import Any, Final

from app.capture.codes import Code, Codes
from app.capture.delegation import Delegation
from app.capture.guard import Guard, getframe

# Not one of the ids that are set aside for debuggers, profilers and the like: a snippet may use those.
_TOOL: Final = 4
_EVENTS: Final = sys.monitoring.events

_OF_GENERATORS: Final = _EVENTS.PY_START | _EVENTS.PY_RESUME | _EVENTS.PY_YIELD | _EVENTS.PY_RETURN
_OF_FUNCTIONS: Final = _EVENTS.PY_START | _EVENTS.PY_RETURN
_OF_EXCEPTIONS: Final = _EVENTS.PY_THROW | _EVENTS.PY_UNWIND | _EVENTS.RAISE
_CALLED_BACK: Final = (
    *(_EVENTS.PY_START, _EVENTS.PY_RESUME, _EVENTS.PY_YIELD, _EVENTS.PY_RETURN),
    *(_EVENTS.PY_UNWIND, _EVENTS.PY_THROW, _EVENTS.RAISE, _EVENTS.CALL),
)

_ASKING: Final = {"__next__": "next", "send": "send", "throw": "throw", "close": "close"}
"""The methods of a generator that may enter it."""

_UNBOUND: Final = frozenset({MethodDescriptorType, WrapperDescriptorType})
_BOUND: Final = frozenset({BuiltinMethodType, MethodWrapperType})

_BEHIND_THE_GUARD: Final = 2
"""How far from a method that handles an event the frame is that reports it (`guard`)."""

type OnStart = Callable[[FrameType], None]
type OnEnd = Callable[[Any], object]


class Monitor:
    """Asks for events, and hands them to the delegation model or to whoever watches a function."""

    def __init__(self, guard: Guard) -> None:
        self.codes: Final[Codes] = {}
        self._guard: Final = guard
        self._lasting: frozenset[int] = frozenset()
        self._starts: Final[dict[int, OnStart]] = {}
        self._ends: Final[dict[int, OnEnd]] = {}
        # Those of all code are asked for once and for good. Each time they change, every code object is looked
        # through when it next runs, which a process that has run it before is spared.
        if sys.monitoring.get_tool(_TOOL) is None:
            sys.monitoring.use_tool_id(_TOOL, "yieldscope")
            sys.monitoring.set_events(_TOOL, _OF_EXCEPTIONS)

    def begin(self, delegation: Delegation) -> None:
        """Report from now on."""
        guard = self._guard
        self._delegation = delegation
        self._asked = guard.hook(delegation.asked)
        self._sending = guard.hook(delegation.sending)
        callbacks: tuple[Callable[..., object], ...] = (
            guard.start(self._starts, delegation.start),
            guard.resume(delegation.resumed, delegation.resume),
            guard.suspension(delegation.passed, delegation.yielded),
            guard.end(self._ends, delegation.returned),
            guard.event_with_value(self._unwound),
            guard.event_with_value(self._thrown),
            guard.event_with_value(delegation.raised),
            self._call,
        )
        for event, callback in zip(_CALLED_BACK, callbacks, strict=True):
            sys.monitoring.register_callback(_TOOL, event, callback)

    def last(self) -> None:
        """What is watched by now is the library's, and stays watched when this recording has ended."""
        self._lasting = frozenset(self.codes)

    def end(self) -> None:
        """Report nothing more."""
        if sys.monitoring.get_tool(_TOOL) is None:
            return
        for event in _CALLED_BACK:
            sys.monitoring.register_callback(_TOOL, event, None)
        # Those of the library's code the next recording of this process would ask for again.
        for key, facts in self.codes.items():
            if key not in self._lasting:
                sys.monitoring.set_local_events(_TOOL, facts.code, _EVENTS.NO_EVENTS)

    def instrument(self, facts: Code) -> None:
        """Ask for the events of a code object's frames."""
        events = _EVENTS.NO_EVENTS
        if not facts.is_body:
            events |= _OF_GENERATORS if facts.is_generator else _OF_FUNCTIONS
        if facts.in_snippet:
            events |= _EVENTS.CALL
        sys.monitoring.set_local_events(_TOOL, facts.code, events)

    def watch(self, code: CodeType, on_start: OnStart | None = None, on_end: OnEnd | None = None) -> None:
        """Have a function's start told with its frame, and its end with what it returned."""
        events = _EVENTS.NO_EVENTS
        if on_start is not None:
            self._starts[id(code)] = on_start
            events |= _EVENTS.PY_START
        if on_end is not None:
            self._ends[id(code)] = on_end
            events |= _EVENTS.PY_RETURN
        sys.monitoring.set_local_events(_TOOL, code, events)

    def _unwound(self, code: CodeType, offset: int, error: BaseException) -> None:
        facts = self.codes.get(id(code))
        if facts is None:
            if id(code) in self._ends:
                self._ends[id(code)](None)
        elif not facts.is_body:
            self._delegation.unwound(code, offset, error)

    def _thrown(self, code: CodeType, offset: int, error: BaseException) -> None:
        if id(code) in self.codes:
            self._delegation.thrown(getframe(_BEHIND_THE_GUARD), error)

    def _call(self, code: CodeType, offset: int, function: Any, argument: object) -> object:
        # The built-in functions that ask a generator for something, which may answer without any
        # other event; and a `send` under another name shows its argument nowhere else.
        kind = type(function)
        if function is next:
            self._asked((argument, "next"))
        elif kind in _UNBOUND and function.__name__ in _ASKING:
            self._asked((argument, _ASKING[function.__name__]))
        elif kind in _BOUND and function.__name__ in _ASKING:
            if function.__name__ == "send":
                self._sending(argument)
            self._asked((function.__self__, _ASKING[function.__name__]))
        elif not self.codes[id(code)].may_ask(offset):
            return sys.monitoring.DISABLE
        return None
