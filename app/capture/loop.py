"""The event loop that runs a snippet: asyncio's own, in pure Python, on virtual time.

`asyncio.BaseEventLoop` keeps the ready queue and the timers and runs the callbacks, as it does
everywhere; only its selector is replaced. Where a selector waits for sockets until the next timer
is due, this one moves the clock there.
"""

import asyncio
import math
import threading
from asyncio import base_events, events
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final, NoReturn

from app.capture.clock import Clock

type Handle = events.Handle


class ReadyQueue(deque[Handle]):
    """asyncio's ready queue, which tells what enters it."""

    def __init__(self, entered: Callable[[Handle], None]) -> None:
        super().__init__()
        self._entered: Final = entered

    def append(self, handle: Handle, /) -> None:
        super().append(handle)
        self._entered(handle)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whom the loop tells of itself."""

    iteration: Callable[["VirtualLoop"], None]
    """An iteration begins; the clock stands at its time."""

    ready: Callable[["VirtualLoop", Handle], None]
    """A handle has entered the ready queue."""

    deadlock: Callable[["VirtualLoop"], NoReturn]
    """Nothing is ready, no timer is set, no thread is at work: the loop would wait forever."""

    housekeeping: Callable[[CodeType, bool], bool]
    """Whether a coroutine only tidies up behind `asyncio.run`; the flag says that it need not."""


class _VirtualSelector:
    """Stands where asyncio's loop waits for input and output."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop: Final = loop

    def select(self, timeout: float | None) -> list[Any]:
        self._loop.wait(timeout)
        return []


class VirtualLoop(base_events.BaseEventLoop):
    """An asyncio event loop on a virtual clock."""

    # What it uses of asyncio's own loop, which type stubs leave out.
    _scheduled: list[events.TimerHandle]
    _asyncgens: set[Any]
    _default_executor: Any

    def __init__(self, clock: Clock, watcher: Watcher) -> None:
        super().__init__()
        self._clock: Final = clock
        self._watcher: Final = watcher
        self._selector: Final = _VirtualSelector(self)
        self._woken: Final = threading.Event()
        self.ready_queue: Final = ReadyQueue(lambda handle: watcher.ready(self, handle))
        self._ready = self.ready_queue

    def time(self) -> float:
        return self._clock.now

    def run_until_complete(self, future: Any) -> Any:
        # `asyncio.run` ends with two coroutines of its own, for async generators and executors.
        # Where there are none, they would be two more tasks that do nothing.
        code = getattr(future, "cr_code", None)
        idle = not self._asyncgens and self._default_executor is None
        if code is not None and self._watcher.housekeeping(code, idle):
            return _run_without_waiting(future)
        return super().run_until_complete(future)

    def wait(self, timeout: float | None) -> None:
        """Wait for the next timer or for another thread: in no time where there is no thread."""
        if timeout is None or timeout > 0:
            self._wait(timeout)
        self._woken.clear()
        self._watcher.iteration(self)

    def _wait(self, timeout: float | None) -> None:
        if _threads_at_work():
            # What a thread does takes real time; timers that come due meanwhile wait for it.
            self._woken.wait()
        elif self._scheduled and math.isfinite(self._scheduled[0].when()):
            # asyncio wakes up at least once a day; this loop goes straight to the timer.
            self._clock.advance_to(self._scheduled[0].when())
        elif not self._woken.is_set():
            self._watcher.deadlock(self)

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        self._woken.set()


class VirtualPolicy(events.BaseDefaultEventLoopPolicy):
    """Makes virtual loops wherever a snippet asks asyncio for a loop."""

    def __init__(self, new_loop: Callable[[], VirtualLoop]) -> None:
        super().__init__()
        self._loop_factory = new_loop


def install(clock: Clock, watcher: Watcher) -> None:
    """Let asyncio make loops on this clock."""
    asyncio.set_event_loop_policy(VirtualPolicy(lambda: VirtualLoop(clock, watcher)))  # type: ignore[abstract]


def _run_without_waiting(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("a coroutine that was to end at once did not")


def _threads_at_work() -> bool:
    """Whether an executor's thread runs something, or a thread that the snippet started is alive."""
    return any(thread is not threading.main_thread() for thread in threading.enumerate())
