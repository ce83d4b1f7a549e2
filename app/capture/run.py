"""A recorded run: a snippet's source goes in, steps go into the journal, an outcome comes out."""

import ast
import builtins
import io
import linecache
import random
import sys
import threading
import types
from collections.abc import Callable
from types import CodeType
from typing import Final, NoReturn

from app.capture import loop, rewrite
from app.capture.asyncio_watch import AsyncioWatch
from app.capture.clock import Clock
from app.capture.delegation import Delegation
from app.capture.failures import ended_by, formatted, not_python
from app.capture.frames import Frames
from app.capture.guard import Guard
from app.capture.hooks import Telling
from app.capture.monitor import Monitor
from app.capture.output import Printer
from app.capture.recorder import Activation, Recorder
from app.trace.document import Actor, Outcome
from app.trace.journal import Journal
from app.trace.limits import Limits

_RECURSION_MARGIN: Final = 200
"""Frames for the recorder, on top of Python's limit for the snippet."""


class Recording:
    """One run of one snippet under the recorder.

    `stop` is called with the outcome where a limit ends the run; it does not return.
    """

    def __init__(self, source: str, journal: Journal, limits: Limits, stop: Callable[[Outcome], NoReturn]) -> None:
        self._source: Final = source
        self._limits: Final = limits
        self._failure: Outcome | None = None
        self._guard: Final = Guard(self._failed)
        self.recorder: Final = Recorder(journal, limits, stop)
        self._monitor: Final = Monitor(self._guard)
        self._frames: Final = Frames(self.recorder, self._monitor.codes, self._monitor.instrument)
        self._delegation: Final = Delegation(self.recorder, self._frames)
        self._watch: Final = AsyncioWatch(self.recorder, self._frames, self._delegation)
        self._printer: Final = Printer(self._guard, self._printed)

    def run(self) -> Outcome:
        """Run the snippet to its end; returns how it ended."""
        try:
            tree = ast.parse(self._source, rewrite.FILENAME)
            main = _main(tree)
            rewritten, calls = rewrite.rewrite(tree)
            code = compile(rewritten, rewrite.FILENAME, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return not_python(error)
        self._frames.watch_snippet(code, calls)
        self._watch.install(self._monitor)
        self._prepare()
        outcome = self._recorded(code)
        if outcome.kind == "finished" and main is not None and not self._has_run(main.name):
            outcome = Outcome("never ran", line=main.lineno, message=main.name)
        return self._failure or outcome

    def _prepare(self) -> None:
        """Make the world in which the snippet runs, the same for every run."""
        clock = Clock(self._moved)
        clock.install()
        loop.install(clock, self._watch.watcher(self._guard))
        random.seed(0)
        lines = self._source.splitlines(keepends=True)
        linecache.cache[rewrite.FILENAME] = (len(self._source), None, lines, rewrite.FILENAME)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), self._printer.stdout, self._printer.stderr

    def _recorded(self, code: CodeType) -> Outcome:
        base = Activation(self.recorder.actor(Actor("module", "<module>", 1)), self._monitor.codes[code])
        base.active = base.started = True
        self.recorder.stack.append(base)
        rewrite.install(Telling(self.recorder, self._frames, self._delegation).hooks(self._guard))
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + _RECURSION_MARGIN)
        self._monitor.begin(self._delegation)
        try:
            return self._executed(code)
        finally:
            self._monitor.end()
            rewrite.disarm()
            sys.setrecursionlimit(limit)

    def _executed(self, code: CodeType) -> Outcome:
        module = types.ModuleType("__main__")
        vars(module)["__builtins__"] = builtins
        sys.modules["__main__"] = module
        outcome = Outcome("finished")
        try:
            exec(code, vars(module))
        except BaseException as error:
            outcome = ended_by(error, self._limits)
            if outcome.kind == "exception":
                for text in formatted(error):
                    sys.stderr.write(text)
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        _tear_down(vars(module))
        self._guard.quietly(self._delegation.settled)()
        self._printer.finish()
        return outcome

    def _has_run(self, name: str) -> bool:
        return any(facts.name == name and facts.has_run for facts in self._monitor.codes.values())

    def _moved(self, now: float) -> None:
        self.recorder.now = now

    def _printed(self, stream: str, text: str, *, here: bool) -> None:
        # Where the recorder has failed, it still shows what is printed, but not by whom.
        here = here and self._failure is None
        if here:
            self._delegation.settled()
        self.recorder.printed(stream, text, here=here)

    def _failed(self, error: BaseException) -> None:
        self._monitor.end()
        rewrite.disarm()
        if self._failure is None:
            self._failure = Outcome("recorder failure", message=f"{type(error).__name__}: {error}")


def _main(tree: ast.Module) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The `main` that a module defines and may have forgotten to run."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == "main":
            return statement
    return None


def _tear_down(namespace: dict[str, object]) -> None:
    """Let a module's names go as the interpreter does at its end, so that what it kept is finalized.

    Names with one leading underscore go first, then the others (`_PyModule_ClearDict`).
    """
    for private in (True, False):
        for name in list(namespace):
            if name != "__builtins__" and (name.startswith("_") and not name.startswith("__")) is private:
                namespace[name] = None
