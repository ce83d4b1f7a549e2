"""The recording child: reads a request from standard input, writes a journal, and is gone.

The request is a JSON object: `source`, `limits` (the fields of `Limits`) and `journal`, an
inherited descriptor of a file of `journal_size` bytes. Nothing is written to standard output. If
the child is killed, the journal holds all that was recorded until then.
"""

import sys

# Task and Future have to be Python classes, which a monitor can see: before asyncio is imported.
sys.modules["_asyncio"] = None  # type: ignore[assignment]

import gc
import json
import mmap
import os
import resource
import signal
from types import FrameType
from typing import Final, NoReturn

from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal
from app.trace.limits import Limits

_MIB: Final = 1024 * 1024
_GRACE_SECONDS: Final = 1


def main() -> NoReturn:
    """Record one run."""
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    journal = Journal(memoryview(mmap.mmap(request["journal"], 0)), limits.steps)

    def stop(outcome: Outcome) -> NoReturn:
        journal.outcome(outcome)
        os._exit(0)

    recording = Recording(request["source"], journal, limits, stop)

    def out_of_time(number: int, frame: FrameType | None) -> NoReturn:
        recording.end(Outcome("cpu limit", line=recording.recorder.line(), limit=limits.cpu_seconds))

    signal.signal(signal.SIGXCPU, out_of_time)
    # The signal comes first; code that never returns to the interpreter is killed a second later.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + _GRACE_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_mib * _MIB, limits.memory_mib * _MIB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What is there before the snippet is not looked at again when garbage is collected.
    gc.freeze()
    stop(recording.run())


if __name__ == "__main__":
    main()
