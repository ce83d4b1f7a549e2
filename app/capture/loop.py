"""The event loop that runs a snippet: asyncio's own, in pure Python, on virtual time.

`asyncio.BaseEventLoop` keeps the ready queue and the timers and runs the callbacks, as it does
everywhere; only its selector is replaced. Where a selector waits for sockets until the next timer
is due, this one moves the clock there.
"""

import asyncio
import itertools
import math
import sys
import threading
from asyncio import base_events, events, tasks
from collections import deque
from collections.abc import Callable
from concurrent.futures import thread as pools
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Any, Final, NoReturn

from app.capture.clock import Clock
from app.capture.quirks import DEFAULT_POLICY

_PATIENCE: Final = 1.0
"""Real seconds that a timer which is due waits for a thread at work."""

_RESOLUTION: Final = 1e-9
"""Seconds, as asyncio has it of the system's monotonic clock."""

_POLLS: Final = 1000
"""Iterations without a pause after which a timer is due all the same: somebody polls, and waits for it."""

SHUTDOWN_ASYNCGENS: Final = base_events.BaseEventLoop.shutdown_asyncgens.__code__
_CALLED: Final = {
    SHUTDOWN_ASYNCGENS: "_asyncgens_shutdown_called",
    base_events.BaseEventLoop.shutdown_default_executor.__code__: "_executor_shutdown_called",
}
"""The coroutines that tidy up behind `asyncio.run`, and how a loop knows that they have been called."""

HOUSEKEEPING: Final = frozenset(_CALLED)

# Those of asyncio's own: one of the snippet's has to be asked for every task.
_TASK_FACTORIES: Final = (None, tasks.eager_task_factory)


class Handle(events.Handle):
    """asyncio's handle, with room for a mark of who watches it."""

    mark: Any = None


class TimerHandle(events.TimerHandle, Handle):
    """asyncio's timer, with the same room."""


class ReadyQueue(deque[Handle]):
    """asyncio's ready queue, which tells what enters it."""

    def __init__(self, entered: Callable[[Handle], None]) -> None:
        super().__init__()
        self._entered: Final = entered

    def append(self, handle: Handle, /) -> None:
        super().append(handle)
        self._entered(handle)


class Loop(base_events.BaseEventLoop):
    """What is used here of asyncio's own loops, which type stubs leave out."""

    _ready: ReadyQueue
    _scheduled: list[events.TimerHandle]
    _asyncgens: set[Any]
    _check_closed: Callable[[], None]
    _check_running: Callable[[], None]
    _clock_resolution: float
    _default_executor: Any
    _task_factory: Any


@dataclass(frozen=True, slots=True)
class Watcher:
    """Whom the loop tells of itself."""

    iteration: Callable[["Loop"], None]
    """An iteration begins; the clock stands at its time."""

    ready: Callable[["Loop", Handle], None]
    """A handle has entered the ready queue."""

    deadlock: Callable[["VirtualLoop"], NoReturn]
    """Nothing is ready, no timer is set, no thread is at work: the loop would wait forever."""

    housekeeping: Callable[["VirtualLoop", CodeType], None]
    """A coroutine that tidies up behind `asyncio.run` is about to run."""


class _VirtualSelector:
    """Stands where asyncio's loop waits for input and output."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop: Final = loop

    def select(self, timeout: float | None) -> list[Any]:
        self._loop.wait(timeout)
        return []


class VirtualLoop(Loop):
    """An asyncio event loop on a virtual clock."""

    def __init__(self, clock: Clock, watcher: Watcher) -> None:
        super().__init__()
        self._clock: Final = clock
        self._watcher: Final = watcher
        self._selector: Final = _VirtualSelector(self)
        self._woken: Final = threading.Event()
        self._submitted: list[asyncio.Future[Any]] = []
        self._polls = 0

    def time(self) -> float:
        return self._clock.now

    def run_until_complete(self, future: Any) -> Any:
        # `asyncio.run` ends with two coroutines of its own, for async generators and executors.
        # Where there are none, and nothing is left that would run beside them, they would be two
        # more tasks that do nothing but take a number.
        code = getattr(future, "cr_code", None)
        if code in HOUSEKEEPING:
            if self._is_tidy():
                return self._run_without_a_task(future)
            self._watcher.housekeeping(self, code)
        return super().run_until_complete(future)

    def _is_tidy(self) -> bool:
        is_due = self._scheduled and self._scheduled[0].when() < self.time() + self._clock_resolution
        is_left = self._asyncgens or self._ready or is_due or self._default_executor is not None
        return not is_left and self._task_factory in _TASK_FACTORIES

    def _run_without_a_task(self, housekeeping: Any) -> None:
        self._check_closed()
        self._check_running()
        vars(tasks)["_task_name_counter"]()
        setattr(self, _CALLED[housekeeping.cr_code], True)
        housekeeping.close()

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        future = super().run_in_executor(executor, func, *args)
        self._submitted.append(future)
        return future

    def wait(self, timeout: float | None) -> None:
        """Wait for the next timer or for another thread: in no time where there is no thread."""
        if timeout is None or timeout > 0:
            self._polls = 0
            self._wait()
        elif self._scheduled:
            self._polls += 1
            if self._polls > _POLLS:
                self._clock.advance_to(self._scheduled[0].when())
                self._polls = 0
        self._woken.clear()
        # asyncio takes a timer for due that lies within the clock's resolution. From 10**7 seconds on that is finer
        # than the steps of a float, and none ever would be.
        self._clock_resolution = max(_RESOLUTION, math.ulp(self.time()))
        self._watcher.iteration(self)

    def _wait(self) -> None:
        timer = self._scheduled[0].when() if self._scheduled else math.inf
        due = min(timer, self._clock.next_waking())
        if self._somebody_works():
            # What a thread does takes real time, and timers wait for it; but one that does not
            # answer may be waiting for this loop itself.
            patience = None if math.isinf(due) else min(due - self.time(), _PATIENCE)
            if self._woken.wait(patience):
                return
            due = min(timer, self._clock.next_waking())
        if math.isfinite(due):
            # asyncio wakes up at least once a day; this loop goes straight to the timer.
            self._clock.advance_to(due)
        elif not self._woken.is_set():
            self._watcher.deadlock(self)

    def _somebody_works(self) -> bool:
        """Whether another thread is neither done nor asleep."""
        self._submitted = [future for future in self._submitted if not future.done()]
        asleep = [thread for thread in threading.enumerate() if self._clock.is_asleep(thread.ident)]
        others = (thread for thread in threading.enumerate() if thread not in asleep)
        return len(self._submitted) > len(asleep) or any(map(_at_work, others))

    def _process_events(self, event_list: list[Any]) -> None:
        pass

    def _write_to_self(self) -> None:
        self._woken.set()


def install(clock: Clock, watcher: Watcher) -> None:
    """Let asyncio make loops on this clock, whichever way a snippet asks for one."""

    class SelectorEventLoop(VirtualLoop):
        def __init__(self, selector: object = None) -> None:
            super().__init__(clock, watcher)

    SelectorEventLoop.__name__ = SelectorEventLoop.__qualname__ = _LOOP_NAME
    DEFAULT_POLICY._loop_factory = SelectorEventLoop
    for name in ("SelectorEventLoop", "EventLoop"):
        if hasattr(asyncio, name):
            vars(asyncio)[name] = SelectorEventLoop
    for module in (asyncio, events):
        vars(module).update(Handle=Handle, TimerHandle=TimerHandle)
    _watch_all_loops(watcher)
    # asyncio keeps tasks in sets: hashed by number, they come out in the order they were made.
    numbers = itertools.count()
    asyncio.Future.__hash__ = lambda self: vars(self).setdefault("_yieldscope_number", next(numbers))  # type: ignore[method-assign]


def _watch_all_loops(watcher: Watcher) -> None:
    """Let each loop tell what enters its ready queue, also one of the snippet's own making."""

    def __init__(self: Any) -> None:  # noqa: N807
        _init(self)
        self._ready = ReadyQueue(partial(watcher.ready, self))

    base_events.BaseEventLoop.__init__ = __init__  # type: ignore[method-assign]


_LOOP_NAME: Final = asyncio.SelectorEventLoop.__name__
_init: Final = base_events.BaseEventLoop.__init__
RUN_ONCE: Final[CodeType] = vars(base_events.BaseEventLoop)["_run_once"].__code__
"""The function that is one iteration of a loop."""


def _at_work(thread: threading.Thread) -> bool:
    """Whether a thread may still do something for the loop: a worker that waits for work does not."""
    if thread is threading.main_thread():
        return False
    queue = pools._threads_queues.get(thread)
    frame = sys._current_frames().get(thread.ident or 0)
    return queue is None or not queue.empty() or frame is None or frame.f_code is not _POOL_WORKER


_POOL_WORKER: Final = vars(pools)["_worker"].__code__
