"""Who runs and who waits: places for runs, first come, first served."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

_MOST_WAITING: Final = 1000
"""However quick the runs are: each that waits holds a request and its source."""

_FIRST_GUESS: Final = 0.02
_WEIGHT: Final = 0.1
"""What the newest of the runs counts for in the mean of their times."""


class Places:
    """So many `places` at once; so many more may wait as will have theirs in about `patience` seconds."""

    def __init__(self, places: int, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock: Final = clock
        self._count: Final = places
        self._patience: Final = patience
        self._free: Final = list(reversed(range(places)))
        self._turns: Final = asyncio.Semaphore(places)
        self._waiting = 0
        self._seconds = _FIRST_GUESS

    def wait(self) -> float:
        """Seconds until one more who comes now would have a place, by what runs took lately."""
        if len(self._free) > self._waiting:
            return 0.0
        return (self._waiting - len(self._free) + 1) * self._seconds / self._count

    def may_wait(self) -> bool:
        """Whether one more who comes now is let in."""
        return self._waiting < _MOST_WAITING and self.wait() <= self._patience

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[int]:
        """The number of a place, which is one's own from now on."""
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        place, began = self._free.pop(), self._clock()
        try:
            yield place
        finally:
            self._seconds += _WEIGHT * (self._clock() - began - self._seconds)
            self._free.append(place)
            self._turns.release()
