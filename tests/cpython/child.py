"""The child in which CPython's tests run, on one of the sides.

Started by name, in a folder of its own, with a `Request` as JSON on standard input. What it finds it appends to a
report, a line of JSON at a time: a test, a word, and the last words of its error. A later line overrules an earlier
one, so that the report is right at any moment: a test is `DUE`, then `BEGUN`, and then has one of the words of `FOUND`.
"""

# ruff: noqa: E402
import sys

# Task and Future have to be Python classes, as in the recording child: before asyncio is imported.
sys.modules["_asyncio"] = None  # type: ignore[assignment]

import builtins
import faulthandler
import gc
import json
import linecache
import mmap
import os
import traceback
import types
import unittest
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, override

from app.capture.rewrite import FILENAME
from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal
from app.trace.limits import Limits
from tests.capture.plain import PlainRun
from tests.cpython.verdicts import BEGUN, DUE, FOUND, JOURNAL, LEDGER_BYTES, REPORT, STEPS, Request, Side

_LONGEST_WORDS: Final = 2000

type _ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Judge(unittest.TestResult):
    """Runs the tests of the module `__main__`, and reports on them."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self._judged: Final = frozenset(request["judged"])
        self._patience: Final = request["patience"]
        # A test may go elsewhere.
        self._report: Final = Path(REPORT).absolute()
        self._found: dict[str, str] | None = None
        self._wait()

    def main(self) -> None:
        """Stands in for `unittest.main`."""
        loaded = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
        due = [test for test in _tests_of(loaded) if _name(test) not in self._judged]
        for test in due:
            self._say(_name(test), DUE)
        unittest.TestSuite(due).run(self)

    @override
    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self._found = {"pass": ""}
        self._say(_name(test), BEGUN)
        self._wait()

    @override
    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        if self._found is not None:
            verdict = min(self._found, key=FOUND.index)
            self._say(_name(test), verdict, self._found[verdict])
            self._found = None

    @override
    def addError(self, test: unittest.TestCase, err: _ExceptionInfo) -> None:
        self._finds(test, "error", _last_words(err))

    @override
    def addFailure(self, test: unittest.TestCase, err: _ExceptionInfo) -> None:
        self._finds(test, "fail", _last_words(err))

    @override
    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self._finds(test, "skip", reason)

    @override
    def addExpectedFailure(self, test: unittest.TestCase, err: _ExceptionInfo) -> None:
        self._finds(test, "expected failure", _last_words(err))

    @override
    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self._finds(test, "unexpected success", "")

    @override
    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: _ExceptionInfo | None) -> None:
        if err is not None and err[0] is not None:
            self._finds(test, "fail" if issubclass(err[0], test.failureException) else "error", _last_words(err))

    def _wait(self) -> None:
        # From another thread, in C: whatever the test does. It says where everybody stands.
        faulthandler.dump_traceback_later(self._patience, exit=True, file=sys.__stderr__ or 2)

    def _finds(self, test: unittest.TestCase, verdict: str, details: str) -> None:
        if self._found is None:
            # Of a class or module as a whole, or of a test that is skipped before it begins.
            self._say(_name(test), verdict, details)
        else:
            self._found.setdefault(verdict, details)

    def _say(self, name: str, verdict: str, details: str = "") -> None:
        with self._report.open("a") as report:
            report.write(json.dumps([name, verdict, details]) + "\n")


def _tests_of(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _tests_of(test)
        else:
            yield test


def _name(test: unittest.TestCase) -> str:
    return test.id().removeprefix("__main__.")


def _last_words(err: _ExceptionInfo) -> str:
    return "".join(traceback.format_exception(err[1]))[-_LONGEST_WORDS:]


def _recorded(source: str) -> Outcome:
    with Path(JOURNAL).open("r+b") as file:
        buffer = memoryview(mmap.mmap(file.fileno(), 0))
    limits = replace(Limits(), steps=STEPS, ledger_bytes=LEDGER_BYTES, output_bytes=LEDGER_BYTES)
    journal = Journal(buffer, limits.steps)

    def stop(outcome: Outcome) -> NoReturn:
        journal.outcome(outcome)
        _leave(1, outcome)

    outcome = Recording(journal, limits, stop).run(source)
    journal.outcome(outcome)
    return outcome


def _plainly(source: str) -> Outcome:
    return PlainRun(source, lambda outcome: _leave(1, outcome)).run()


def _really(source: str) -> Outcome:
    module = types.ModuleType("__main__")
    vars(module).update(__builtins__=builtins, __file__=FILENAME)
    sys.modules["__main__"] = module
    linecache.cache[FILENAME] = (len(source), None, source.splitlines(keepends=True), FILENAME)
    exec(compile(source, FILENAME, "exec", dont_inherit=True), vars(module))
    return Outcome("finished")


def _leave(status: int, outcome: Outcome) -> NoReturn:
    os.write(2, f"{outcome}\n".encode())
    os._exit(status)


def main() -> NoReturn:
    """Run the tests of one module."""
    request: Request = json.load(sys.stdin)
    vars(unittest)["main"] = Judge(request).main
    gc.freeze()
    _leave(0, _RUN[request["side"]](request["source"]))


_RUN: Final[Mapping[Side, Callable[[str], Outcome]]] = {
    "really": _really,
    "plainly": _plainly,
    "recorded": _recorded,
}


if __name__ == "__main__":
    main()
