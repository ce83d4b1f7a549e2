"""How a child answers: it keeps to its limits, runs a source, and writes a journal.

If the child is killed, the journal holds all that was recorded until then.
"""

import sys

# Task and Future have to be Python classes, which a monitor can see: before asyncio is imported.
sys.modules["_asyncio"] = None  # type: ignore[assignment]

import gc
import os
import signal
from collections.abc import Buffer
from types import FrameType
from typing import Final, NoReturn

from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal
from app.trace.limits import Limits

MIB: Final = 1024 * 1024

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
    memory = limits.memory_mib * MIB + beside
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(source: str, limits: Limits, journal: Buffer) -> NoReturn:
    """Record one run, and be gone."""
    written = Journal(memoryview(journal), limits.steps)

    def stop(outcome: Outcome) -> NoReturn:
        written.outcome(outcome)
        os._exit(0)

    recording = Recording(source, written, limits, stop)

    def out_of_time(number: int, frame: FrameType | None) -> NoReturn:
        recording.end(Outcome("cpu limit", line=recording.recorder.line(), limit=limits.cpu_seconds))

    if hasattr(signal, "SIGXCPU"):
        signal.signal(signal.SIGXCPU, out_of_time)
    # What is there before the snippet is not looked at again when garbage is collected.
    gc.freeze()
    stop(recording.run())
