"""Runs many snippets in one clean interpreter: a list of sources comes in, traces go out.

Started by name, like the recording child, because tests import asyncio with its C accelerators.
The argument says how they run: `recorded` or `plain`. A line of JSON comes in and goes out for each.
"""

import sys

sys.modules["_asyncio"] = None  # type: ignore[assignment]

import contextlib
import gc
import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Final, NoReturn

from app.capture.run import Recording
from app.sandbox.child import stepless
from app.trace.document import Outcome, TraceError
from app.trace.journal import Journal, journal_size, read_journal
from app.trace.limits import Limits
from tests.capture.plain import PlainRun

_LIMITS = replace(Limits(), steps=20_000, ledger_bytes=512 * 1024)
_answers: Final = sys.stdout.buffer


class _Stopped(BaseException):
    pass


def recorded(source: str) -> bytes:
    """The trace of one snippet, as JSON."""
    buffer = bytearray(journal_size(_LIMITS.steps, _LIMITS.ledger_bytes))
    journal = Journal(buffer, _LIMITS.steps)

    def stop(outcome: Outcome) -> NoReturn:
        journal.outcome(outcome)
        raise _Stopped

    with contextlib.suppress(_Stopped):
        journal.outcome(Recording(journal, _LIMITS, stop).run(source))
    try:
        return read_journal(memoryview(buffer), source, {}, Outcome("crash")).to_json()
    except TraceError as refusal:
        # One that is refused leaves the others alone, as it does at the server.
        return stepless(source, Outcome("spoilt", message=str(refusal))).to_json()


def plain(source: str) -> bytes:
    """What one snippet writes and how it ends, as JSON; one that waits forever is the last."""

    def stop(outcome: Outcome) -> NoReturn:
        _answer(told(outcome))
        os._exit(0)

    def told(outcome: Outcome) -> bytes:
        return json.dumps((run.pieces, asdict(outcome))).encode()

    run = PlainRun(source, stop)
    return told(run.run())


def _answer(line: bytes) -> None:
    _answers.write(line + b"\n")
    _answers.flush()


def main(run: Callable[[str], bytes]) -> None:
    """Read sources from standard input until its end."""
    # What is there before the first snippet is not looked at again when a run ends. Garbage is
    # collected then alone: earlier, it depends on how much the recorder allocates.
    gc.freeze()
    gc.disable()
    requests, errors = sys.stdin, sys.stderr
    for line in requests:
        try:
            _answer(run(json.loads(line)))
        finally:
            sys.stderr = errors


if __name__ == "__main__":
    main({"recorded": recorded, "plain": plain}[sys.argv[1]])
