"""Virtual time: one clock for the event loop, for `time.sleep` and for whoever asks what time it is.

It moves when the event loop has nothing to do before its next timer, and when the snippet sleeps;
running takes no time, but for who does nothing else than wait for it to move. So an hour of sleep
costs nothing, and a run can be repeated to the byte.
"""

import math
import threading
import time
from collections.abc import Callable
from typing import Final

EPOCH: Final = 1_577_836_800
"""What `time.time()` says at the start of a run: 2020-01-01 00:00 UTC."""

_PATIENCE: Final = 0.05
"""Real seconds after which a thread that sleeps moves the clock itself: no event loop does."""

LONGEST_SLEEP: Final = 9_000_000_000
"""Seconds; Python refuses to sleep for longer than about 292 years."""

_POLLS: Final = 10_000
"""Looks at the clock without a pause after which each takes time: somebody waits for it to move."""

_POLL_SECONDS: Final = 0.001

_SINCE_START: Final = ("monotonic", "perf_counter", "process_time", "thread_time")


class Clock:
    """Seconds since the run began.

    `moved` is called with each new time; `slept` with a sleep of the thread that made the clock, to
    carry it out. Other threads sleep until the clock is moved: by the event loop, which takes the
    end of their sleep for a timer.
    """

    def __init__(self, moved: Callable[[float], None], slept: Callable[[float, Callable[[], None]], None]) -> None:
        self.now = 0.0
        self._polls = 0
        self._thread: Final = threading.get_ident()
        self._moving: Final = threading.Condition()
        self._asleep: Final[dict[int, float]] = {}
        self._moved: Final = moved
        self._slept: Final = slept

    def advance_to(self, when: float) -> None:
        """Move to a time; it never goes back."""
        if when > self.now:
            self._polls = 0
            self.now = when
            self._moved(when)
            if self._asleep:
                with self._moving:
                    self._moving.notify_all()

    def next_waking(self) -> float:
        """When the first of the threads that sleep wakes up; infinity where none sleeps."""
        return min((when for when in tuple(self._asleep.values()) if when > self.now), default=math.inf)

    def is_asleep(self, thread: int | None) -> bool:
        """Whether a thread sleeps, and is not about to wake up."""
        return self._asleep.get(thread or 0, -math.inf) > self.now

    def install(self) -> None:
        """Let the `time` module tell this clock's time."""
        vars(time)["sleep"] = self._sleep
        for name in _SINCE_START:
            vars(time)[name] = self._read
            vars(time)[f"{name}_ns"] = lambda: round(self._read() * 1e9)
        vars(time)["time"] = lambda: EPOCH + self._read()
        vars(time)["time_ns"] = lambda: round((EPOCH + self._read()) * 1e9)

    def _read(self) -> float:
        self._polls += 1
        if self._polls > _POLLS:
            polls = self._polls
            self.advance_to(self.now + _POLL_SECONDS)
            self._polls = polls
        return self.now

    def _sleep(self, seconds: float, /) -> None:
        if 0 < seconds <= LONGEST_SLEEP:
            if threading.get_ident() == self._thread:
                self._slept(seconds, lambda: self.advance_to(self.now + float(seconds)))
            else:
                self._sleep_until(self.now + float(seconds))
        else:
            # In no time, or with the error that is Python's for it.
            _sleep(seconds)

    def _sleep_until(self, when: float) -> None:
        me = threading.get_ident()
        with self._moving:
            self._asleep[me] = when
            try:
                while self.now < when:
                    if not self._moving.wait(_PATIENCE) and self.next_waking() == when:
                        self.now = when
                        self._moved(when)
                        self._moving.notify_all()
            finally:
                del self._asleep[me]


_sleep: Final = time.sleep
