"""One run: a child process from its start to the moment nothing is left of it."""

import asyncio
import logging
import mmap
import platform
import signal
import time
from dataclasses import dataclass
from typing import Final

from app.sandbox.children import Children, Run
from app.sandbox.scratch import LAST_WORDS_BYTES, Scratch
from app.trace import Outcome, Trace, TraceError
from app.trace.journal import journal_size, read_journal
from app.trace.limits import Limits
from app.trace.vocabulary import COLUMNS

_log: Final = logging.getLogger(__name__)

# Windows knows neither.
_SIGXCPU: Final = getattr(signal, "SIGXCPU", 24)
_SIGKILL: Final = getattr(signal, "SIGKILL", 9)

# What the beginning of a journal that was begun is not: zeros alone.
_HEAD_BYTES: Final = 16

# Processor time is counted in ticks of the kernel's clock, and may run a little ahead of time.
_COUNT_OF_TIME: Final = 0.9

RUNTIME: Final = {"python": platform.python_version(), "clock": "virtual"}
"""What a trace is recorded with: the child runs the interpreter that runs the server."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What a child left behind: its journal, its last words, and how it ended."""

    journal: mmap.mmap
    last_words: mmap.mmap
    ended: Outcome


async def run_child(children: Children, source: str, limits: Limits, place: int) -> Remains:
    """Run one child to its end, or to its deadline; nothing of it outlives this call.

    Raises NoChild where none can be started, and CutOff where it ended with what had started it.
    """
    with (
        Scratch(journal_size(limits.steps, limits.ledger_bytes)) as journal,
        Scratch(LAST_WORDS_BYTES) as last_words,
    ):
        started = time.monotonic()
        child = await children.start(Run(source, journal, last_words, place))
        late = False
        try:
            async with asyncio.timeout(limits.wall_seconds):
                await child.ended()
        except TimeoutError:
            late = True
        finally:
            child.kill()
            status = await child.ended()
        ended = _conclusion(status, time.monotonic() - started, limits, late=late)
        return Remains(journal.mapped(), last_words.mapped(), ended)


def read_remains(remains: Remains, source: str) -> Trace:
    """The trace a child recorded; one without steps where there is none that can be read.

    Works through megabytes: not for the event loop's thread.
    """
    try:
        trace = read_journal(memoryview(remains.journal), source, RUNTIME, remains.ended)
    except TraceError as spoilt:
        # Its texts alone: the error itself holds on to the frames that have the journal mapped.
        rule, error = spoilt.rule, str(spoilt)
        said = bytes(remains.last_words).rstrip(b"\0")
        _log.warning("A journal cannot be read (%s). %s. Last words: %r", error, remains.ended, said)
        # A child that came to its end before it began a journal has spoilt none.
        begun = any(remains.journal[:_HEAD_BYTES])
        trace = stepless(source, Outcome("spoilt", message=rule) if begun else remains.ended)
    remains.journal.close()
    remains.last_words.close()
    return trace


def stepless(source: str, outcome: Outcome) -> Trace:
    """The trace of a run of which nothing was recorded but how it ended."""
    columns: dict[str, list[int | float | None]] = {name: [] for name in COLUMNS}
    return Trace(source, actors=(), values=(), columns=columns, outcome=outcome, runtime=RUNTIME)


def _conclusion(status: int, seconds: float, limits: Limits, *, late: bool) -> Outcome:
    """How a run ended that did not say so itself."""
    if late:
        return Outcome("time limit", limit=limits.wall_seconds)
    # The kernel kills at the hard limit of processor time with the same signal as for want of
    # memory; but no run uses up more processor time than has gone by, as the kernel counts it.
    had_the_time = seconds >= limits.cpu_seconds * _COUNT_OF_TIME
    if status == -_SIGXCPU or (status == -_SIGKILL and had_the_time):
        return Outcome("cpu limit", limit=limits.cpu_seconds)
    return Outcome("crash", message=_way_out(status))


def _way_out(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:  # a real-time signal has a number only
        return f"signal {-status}"
