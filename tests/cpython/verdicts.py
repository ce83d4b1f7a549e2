"""The verdict on every test of a module, whatever some of its tests do to the process they run in."""

import json
import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, NamedTuple, TypedDict

from app.trace.document import Outcome, TraceError
from app.trace.journal import journal_size, read_journal

STEPS: Final = 1_000_000
"""Ten times what the longest module takes; what spins gets there in a few seconds."""

LEDGER_BYTES: Final = 64 * 1024 * 1024

PATIENCE: Final = 60.0
"""Real seconds in which a test ends, or never does; the slowest takes about five."""

FOUND: Final = ("error", "fail", "unexpected success", "expected failure", "skip", "pass")
"""What a test may find, the gravest first."""

NOT_ENDED: Final = "did not end"
NOT_RUN: Final = "was not run"
"""Of a test whose class or module could not be set up."""

DUE: Final = "due"
BEGUN: Final = "begun"

REPORT: Final = "report"
JOURNAL: Final = "journal"
_WORDS: Final = "words"

_ROOT: Final = Path(__file__).parents[2]

type Side = Literal["really", "plainly", "recorded"]
"""In Python itself; in the world of a snippet, where nobody looks; and there under the recorder."""


class Request(TypedDict):
    """What a child is asked for. It writes `REPORT`, and `JOURNAL` where it records, in the folder it starts in."""

    side: Side
    source: str
    judged: Sequence[str]
    """The tests that are left out, as they have their verdicts."""

    patience: float


class Verdict(NamedTuple):
    """A word on a test, what it `FOUND`, `NOT_ENDED` or `NOT_RUN`, and the last words of its error."""

    word: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a module on one side.

    `traces` are those of its children, one after the other: how each ended, or why it is none. Only the side `recorded`
    has any.
    """

    verdicts: Mapping[str, Verdict]
    traces: Sequence[Outcome | TraceError]


def judge(source: str, side: Side, patience: float = PATIENCE) -> Judged:
    """Run the tests of a module; one that does not end takes its child with it, and another goes on behind it.

    Raises AssertionError where there are no tests, or something else than a test does not end.
    """
    verdicts: dict[str, Verdict] = {}
    traces: list[Outcome | TraceError] = []
    ended = False
    while not ended:
        with TemporaryDirectory(prefix="cpython-") as name:
            folder = Path(name)
            left = _run_child(folder, Request(side=side, source=source, judged=list(verdicts), patience=patience))
            report, words = _report(folder), (folder / _WORDS).read_text("utf-8", "replace")
            if side == "recorded":
                traces.append(_end_of_trace(folder, source))
        begun = [name for name, verdict in report.items() if verdict.word == BEGUN]
        ended = left and not begun
        assert ended or begun, f"a child did not end, though no test was running:\n{words}"
        for name, verdict in report.items():
            if verdict.word == BEGUN:
                verdicts[name] = Verdict(NOT_ENDED, words)
            elif verdict.word != DUE:
                verdicts[name] = verdict
            elif ended:
                verdicts[name] = Verdict(NOT_RUN)
        assert verdicts, f"there are no tests:\n{words}"
    return Judged(verdicts, traces)


def _run_child(folder: Path, request: Request) -> bool:
    """Run one child to its end; returns whether it left by itself."""
    with (folder / JOURNAL).open("wb") as journal:
        journal.truncate(journal_size(STEPS, LEDGER_BYTES))
    # test_contextlib goes into a folder of this name beside its own file.
    (folder / "data").mkdir()
    with (folder / _WORDS).open("wb") as words:
        child = subprocess.Popen(
            [sys.executable, "-s", "-B", "-m", "tests.cpython.child"],
            stdin=subprocess.PIPE,
            stdout=words,
            stderr=words,
            cwd=folder,
            env={"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"},
            start_new_session=True,
        )
        child.communicate(json.dumps(request).encode())
    # What it started may outlive it.
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    return child.returncode == 0


def _report(folder: Path) -> Mapping[str, Verdict]:
    report = folder / REPORT
    lines = report.read_text("utf-8").splitlines() if report.exists() else []
    return {name: Verdict(word, details) for name, word, details in map(json.loads, lines)}


def _end_of_trace(folder: Path, source: str) -> Outcome | TraceError:
    with (folder / JOURNAL).open("rb") as file:
        journal = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        return read_journal(journal, source, {}, Outcome("crash")).outcome
    except TraceError as refused:
        # Its frames would hold on to the journal.
        return refused.with_traceback(None)
