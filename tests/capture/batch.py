"""Records many snippets in one clean interpreter: a list of sources comes in, traces go out.

Started by name, like the recording child, because tests import asyncio with its C accelerators.
A trace is one line of JSON.
"""

import sys

sys.modules["_asyncio"] = None  # type: ignore[assignment]

import contextlib
import gc
import json
from dataclasses import replace
from typing import NoReturn

from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal, journal_size, read_journal
from app.trace.limits import Limits

_LIMITS = replace(Limits(), steps=20_000, ledger_bytes=512 * 1024)


class _Stopped(BaseException):
    pass


def record(source: str) -> bytes:
    """The trace of one snippet, as JSON."""
    buffer = bytearray(journal_size(_LIMITS.steps, _LIMITS.ledger_bytes))
    journal = Journal(buffer, _LIMITS.steps)

    def stop(outcome: Outcome) -> NoReturn:
        journal.outcome(outcome)
        raise _Stopped

    with contextlib.suppress(_Stopped):
        journal.outcome(Recording(source, journal, _LIMITS, stop).run())
    return read_journal(memoryview(buffer), source, {}, Outcome("crash")).to_json()


def main() -> None:
    """Read sources from standard input until its end."""
    # What is there before the first snippet is not looked at again when a run ends.
    gc.freeze()
    requests, answers = sys.stdin, sys.stdout.buffer
    for line in requests:
        answers.write(record(json.loads(line)) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
