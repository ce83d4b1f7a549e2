"""What a snippet leaves behind: Python tells of it on standard error, the trace at the object.

A coroutine that was never awaited, a task that was destroyed while it was pending, an exception
that nobody retrieved, an async generator that was begun and never closed. Each is told of by the
function of the standard library that finds it out.
"""

import gc
import warnings
from asyncio import base_events, events, futures, tasks
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

from app.capture.asyncio_actors import AsyncioActors
from app.capture.delegation import Delegation
from app.capture.frames import Frames
from app.capture.guard import Guard
from app.capture.monitor import Monitor
from app.capture.quirks import local
from app.capture.recorder import NULL, VIA, Recorder

_NEVER_CLOSED: Final = VIA["never closed"]
_NEVER_AWAITED: Final = VIA["never awaited"]

# Futures and tasks call the loop's exception handler themselves, as they are let go.
_FINALIZERS: Final = {
    tasks.Task.__del__.__code__: VIA["destroyed pending"],
    futures.Future.__del__.__code__: VIA["never retrieved"],
}

_CALLBACK_RUNS: Final = events.Handle._run.__code__


class AbandonedWatch:
    """Writes the steps of what Python lets go of."""

    def __init__(self, recorder: Recorder, frames: Frames, delegation: Delegation, actors: AsyncioActors) -> None:
        self._recorder: Final = recorder
        self._frames: Final = frames
        self._delegation: Final = delegation
        self._actors: Final = actors

    def install(self, monitor: Monitor) -> None:
        """Watch the functions that find out what was left behind."""
        loop = base_events.BaseEventLoop
        monitor.watch(futures.Future.__init__.__code__, self._future_made)
        monitor.watch(loop.call_exception_handler.__code__, self._exception_handled, self._delegation.left)
        monitor.watch(vars(loop)["_asyncgen_finalizer_hook"].__code__, self._async_generator_dropped)
        monitor.watch(vars(warnings)["_warn_unawaited_coroutine"].__code__, self._never_awaited)

    def left_open(self, generator: Any) -> None:
        """An async generator is suspended, and the event loop is about to close it."""
        self._abandoned(generator, _NEVER_CLOSED)

    def _future_made(self, frame: FrameType) -> None:
        future = local(frame, "self")
        if not issubclass(type(future), tasks.Task):
            self._actors.made(future, self._recorder.where(self._recorder.stack[-1]))

    def _exception_handled(self, frame: FrameType) -> None:
        finalizer = frame.f_back
        via = None if finalizer is None else _FINALIZERS.get(finalizer.f_code)
        since = self._delegation.settled().since
        if finalizer is not None and via is not None:
            future = local(finalizer, "self")
            error = future._exception
            value = NULL if error is None else self._recorder.value(error)
            since = self._delegation.abandoned(self._actors.future(future), via, value)
        self._delegation.enter(self._actors.loop(local(frame, "self")), since)

    def _async_generator_dropped(self, frame: FrameType) -> None:
        self._abandoned(local(frame, "agen"), _NEVER_CLOSED)

    def _never_awaited(self, frame: FrameType) -> None:
        coroutine = local(frame, "coro")
        activation = self._frames.known(coroutine)
        if activation is None:
            # Made out of sight: by a callback that is a coroutine function, if that is where it goes.
            maker = self._delegation.settled()
            is_callback = frame.f_back is not None and frame.f_back.f_code is _CALLBACK_RUNS
            activation = self._frames.glimpsed(coroutine, maker if is_callback else None)
        self._delegation.abandoned(activation, _NEVER_AWAITED)

    def _abandoned(self, generator: Any, via: int) -> None:
        activation = self._frames.known(generator)
        if activation is not None:
            self._delegation.abandoned(activation, via)


@contextmanager
def watched_collections(guard: Guard, delegation: Delegation) -> Iterator[None]:
    """Tell when the garbage collector begins and ends."""
    tell = {"start": guard.quietly(delegation.collecting), "stop": guard.quietly(delegation.has_collected)}

    def collects(phase: str, info: object) -> None:
        tell[phase]()

    gc.callbacks.append(collects)
    try:
        yield
    finally:
        with suppress(ValueError):
            gc.callbacks.remove(collects)
