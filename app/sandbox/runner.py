"""The runner: a bounded number of children at once, and a bounded wait before them."""

import asyncio
import logging
import math
from dataclasses import dataclass
from typing import Final, Literal

from app.sandbox.child import read_remains, run_child, stepless
from app.sandbox.children import Children, CutOff, NoChild
from app.sandbox.layers import Layers
from app.sandbox.queue import Places
from app.trace import Outcome, Trace
from app.trace.limits import Limits

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the snippet, be it a failure of its own: the outcome says."""

    trace: Trace


@dataclass(frozen=True, slots=True)
class Refused:
    """The run did not take place, for a reason that is not the snippet's, and will pass."""

    reason: Literal["busy", "closing", "no child", "cut off", "too many runs"]
    message: str
    retry_after: int = 1
    """Whole seconds after which another try may do better."""


_CLOSING: Final = Refused("closing", "The server is shutting down. Try again in a moment.", 5)
_NO_CHILD: Final = Refused("no child", "The server cannot run snippets just now. Try again in a moment.", 5)
_CUT_OFF: Final = Refused("cut off", "What runs the snippets was replaced in the middle of this run. Run it again.")


def busy(seconds: float) -> Refused:
    """The answer to one who would have to wait so long for a turn."""
    message = "More snippets wait for their turn than can be run in a moment. Try again shortly."
    return Refused("busy", message, max(1, math.ceil(seconds)))


class Runner:
    """Runs snippets in children. `run` may be called any number of times at once.

    `workers` run at once; so many more may wait as can be run in about `patience` seconds.
    """

    def __init__(self, children: Children, limits: Limits, workers: int, patience: float) -> None:
        self.limits: Final = limits
        self._children: Final = children
        self._places: Final = Places(workers, patience)
        self._inside: Final[set[asyncio.Task[Recorded | Refused]]] = set()
        self._closing = False

    @property
    def layers(self) -> Layers:
        """What confines a run, as far as is known yet."""
        return self._children.layers

    async def open(self) -> None:
        """Make ready for the first run. Raises NoChild where no run will ever be possible."""
        await self._children.open()

    async def run(self, source: str) -> Recorded | Refused:
        """Record one run of a snippet. Cancelling the call ends the child."""
        # Python reads \r\n and \r as one line break each; a trace's lines are divided by \n.
        source = source.replace("\r\n", "\n").replace("\r", "\n")
        if len(source.encode("utf-8", "surrogatepass")) > self.limits.source_bytes:
            return Recorded(stepless(source, Outcome("source limit", limit=self.limits.source_bytes)))
        if self._closing:
            return _CLOSING
        if not self._places.may_wait():
            return busy(self._places.wait())
        run = asyncio.create_task(self._take_turn(source))
        self._inside.add(run)
        run.add_done_callback(self._inside.discard)
        try:
            return await run
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if self._closing and caller is not None and not caller.cancelling():
                return _CLOSING
            raise

    async def close(self) -> None:
        """End every run under way; each of their callers is refused."""
        self._closing = True
        for run in self._inside:
            run.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)
        await self._children.close()

    async def _take_turn(self, source: str) -> Recorded | Refused:
        try:
            async with self._places.taken() as place:
                remains = await run_child(self._children, source, self.limits, place)
        except NoChild as reason:
            _log.error("No child can be started: %s", reason)
            return _NO_CHILD
        except CutOff:
            return _CUT_OFF
        return Recorded(await asyncio.to_thread(read_remains, remains, source))
