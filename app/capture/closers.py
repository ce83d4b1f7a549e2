"""Generators that the library closes: `closing`, an exit stack, the context manager made of one.

gh-140373: 3.13.0 reports nothing where a generator is closed that is suspended outside any `try`. Of
a close() that the snippet calls the call is known; of one that is called here, the functions that
may call it are.
"""

import contextlib
from collections.abc import Callable
from types import BuiltinMethodType, CodeType, FrameType, GeneratorType
from typing import Any, Final

from app.capture.codes import nested
from app.capture.delegation import Delegation
from app.capture.frames import Frames
from app.capture.monitor import Monitor
from app.capture.quirks import local
from app.capture.recorder import Activation

_CONTEXT_MANAGER: Final = vars(contextlib)["_GeneratorContextManager"].__exit__.__code__
_, _EXIT_WRAPPER = nested(vars(contextlib)["_BaseExitStack"]._create_cb_wrapper.__code__)

_CLOSED_BY: Final[dict[CodeType, Callable[[FrameType], Any]]] = {
    contextlib.closing.__exit__.__code__: lambda frame: local(frame, "self").thing,
    _EXIT_WRAPPER: lambda frame: _closed_by(local(frame, "callback")),
}
"""Functions that do nothing else than close something, and what that is."""


def _closed_by(callback: object) -> object:
    is_close = type(callback) is BuiltinMethodType and callback.__name__ == "close"
    return callback.__self__ if is_close else None  # type: ignore[attr-defined]


class Closers:
    """Watches the functions of `contextlib` that close generators."""

    def __init__(self, frames: Frames, delegation: Delegation) -> None:
        self._frames: Final = frames
        self._delegation: Final = delegation
        # By those `__exit__` that are running.
        self._left: Final[list[tuple[GeneratorType[Any, Any, Any], Activation | None]]] = []

    def install(self, monitor: Monitor) -> None:
        """Watch them."""
        for code, closed in _CLOSED_BY.items():
            monitor.watch(code, self._closes(closed), self._has_closed)
        monitor.watch(_CONTEXT_MANAGER, self._left_by, self._has_left)

    def _closes(self, closed: Callable[[FrameType], Any]) -> Callable[[FrameType], None]:
        return lambda frame: self._delegation.asked((closed(frame), "close"))

    def _has_closed(self, result: object) -> None:
        self._delegation.settled()

    def _left_by(self, frame: FrameType) -> None:
        generator = local(frame, "self").gen
        self._left.append((generator, self._frames.known(generator)))

    def _has_left(self, result: object) -> None:
        # It closes a generator that has not stopped.
        generator, activation = self._left.pop()
        if activation is not None and generator.gi_frame is None:
            self._delegation.closed_by_context_manager(activation)
