"""The runner: a bounded number of children at once, and a bounded queue before them."""

import asyncio
import compileall
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from app.sandbox.child import read_remains, run_child, stepless
from app.sandbox.launch import launched
from app.trace import Outcome, Trace
from app.trace.limits import Limits

_log: Final = logging.getLogger(__name__)

# Started by name, so that the server never imports it. Neither the folder it is started in, nor
# the user's own packages, may lend it modules, and it writes no bytecode.
RECORDER: Final = (sys.executable, "-P", "-s", "-B", "-m", "app.capture")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of the snippet, be it a failure of its own: the outcome says."""

    trace: Trace


@dataclass(frozen=True, slots=True)
class Refused:
    """The run did not take place, for a reason that is the house's and will pass."""

    reason: Literal["busy", "closing", "no child"]
    message: str


BUSY: Final = Refused("busy", "Too many snippets wait for their turn just now. Try again in a moment.")
_CLOSING: Final = Refused("closing", "The server is shutting down. Try again in a moment.")
_NO_CHILD: Final = Refused("no child", "The server cannot run snippets just now. Try again in a moment.")


@cache
def _compile_recorder() -> None:
    # Each child would compile the recorder anew, a third of the time of a short run. Where the
    # folder cannot be written to, that is how it stays.
    compileall.compile_dir(Path(__file__).parents[1] / "capture", quiet=2)


class Runner:
    """Runs snippets in children. `run` may be called any number of times at once."""

    def __init__(self, limits: Limits, workers: int, queue: int, command: Sequence[str] = RECORDER) -> None:
        _compile_recorder()
        self.limits: Final = limits
        self._command: Final = command
        self._most_inside: Final = workers + queue
        self._inside: Final[set[asyncio.Task[Recorded | Refused]]] = set()
        self._places: Final = asyncio.Semaphore(workers)
        self._closing = False

    async def run(self, source: str) -> Recorded | Refused:
        """Record one run of a snippet. Cancelling the call ends the child."""
        # Python reads \r\n and \r as one line break each; a trace's lines are divided by \n.
        source = source.replace("\r\n", "\n").replace("\r", "\n")
        if len(source.encode("utf-8", "surrogatepass")) > self.limits.source_bytes:
            return Recorded(stepless(source, Outcome("source limit", limit=self.limits.source_bytes)))
        if self._closing:
            return _CLOSING
        if len(self._inside) >= self._most_inside:
            return BUSY
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

    async def _take_turn(self, source: str) -> Recorded | Refused:
        async with self._places:
            try:
                remains = await run_child(launched(self._command), source, self.limits)
            except OSError as error:
                _log.error("No child can be started: %s", error)
                return _NO_CHILD
            return Recorded(await asyncio.to_thread(read_remains, remains, source))
