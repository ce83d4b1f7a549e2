"""How a child answers: it keeps to its limits, runs a source, and writes a journal.

If the child is killed, the journal holds all that was recorded until then.
"""

import sys

# Task and Future have to be Python classes, which a monitor can see: before asyncio is imported.
sys.modules["_asyncio"] = None  # type: ignore[assignment]

import gc
import mmap
import os
import signal
from types import FrameType
from typing import Final, NoReturn

from app.capture.preview import message, type_name
from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal, journal_size
from app.trace.limits import Limits

_MIB: Final = 1024 * 1024
_GRACE_SECONDS: Final = 1


def keep_to(limits: Limits, beside: int = 0) -> None:
    """Let the kernel hold this process to its limits; it may take up `beside` more bytes of addresses.

    Does nothing where the system knows no such limits, as Windows does not.
    """
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return
    # The signal comes first; code that never returns to the interpreter is killed a second later.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + _GRACE_SECONDS))
    memory = limits.memory_mib * _MIB + beside
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Answer:
    """A recording that is ready but for its source and its journal."""

    def __init__(self, limits: Limits) -> None:
        self._limits: Final = limits
        placeholder = mmap.mmap(-1, journal_size(limits.steps, limits.ledger_bytes))
        self._journal: Final = Journal(memoryview(placeholder), limits.steps)
        self._recording: Final = Recording(self._journal, limits, self._stop)

    def give(self, source: str, journal: mmap.mmap) -> NoReturn:
        """Record one run, and be gone."""
        self._journal.move_to(memoryview(journal))
        if hasattr(signal, "SIGXCPU"):
            signal.signal(signal.SIGXCPU, self._out_of_time)
        # What is there before the snippet is not looked at again when garbage is collected.
        gc.freeze()
        try:
            outcome = self._recording.run(source)
        except BaseException as error:
            # Where the snippet has broken what its end is made of.
            outcome = Outcome("recorder failure", message=f"{type_name(error)}: {message(error)}")
        self._stop(outcome)

    def _stop(self, outcome: Outcome) -> NoReturn:
        self._journal.outcome(outcome)
        _exit(0)

    def _out_of_time(self, number: int, frame: FrameType | None) -> NoReturn:
        self._recording.end(Outcome("cpu limit", line=self._recording.recorder.line(), limit=self._limits.cpu_seconds))


_exit: Final = os._exit
"""Python's own, whatever the snippet makes of the name."""
