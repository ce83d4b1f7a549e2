"""A recorded run: a snippet's source goes in, steps go into the journal, an outcome comes out."""

import ast
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import CodeType
from typing import Final, NoReturn

from app.capture import recursion, rewrite, world
from app.capture.abandoned import watched_collections
from app.capture.asyncio_watch import AsyncioWatch
from app.capture.clock import Clock
from app.capture.closers import Closers
from app.capture.delegation import Delegation
from app.capture.failures import not_python
from app.capture.frames import Frames
from app.capture.guard import Guard
from app.capture.hooks import Telling
from app.capture.loop import Loop
from app.capture.monitor import Monitor
from app.capture.output import Printer
from app.capture.recorder import Activation, Recorder
from app.trace.document import Actor, Outcome
from app.trace.journal import Journal
from app.trace.limits import Limits


class Recording:
    """The recording of one run, made ready before its source is known: most of the time that takes is spent on that.

    `stop` is called with the outcome where a limit ends the run; it does not return.
    """

    def __init__(self, journal: Journal, limits: Limits, stop: Callable[[Outcome], NoReturn]) -> None:
        self._limits: Final = limits
        self._stop: Final = stop
        self._failure: Outcome | None = None
        self._guard: Final = Guard(self._failed)
        self.recorder: Final = Recorder(journal, limits, self.end)
        self._monitor: Final = Monitor(self._guard)
        self._frames: Final = Frames(self.recorder, self._monitor.codes, self._monitor.instrument)
        self._delegation: Final = Delegation(self.recorder, self._frames)
        self._watch: Final = AsyncioWatch(self.recorder, self._frames, self._delegation, self._guard)
        self.recorder.settled = self._delegation.settled
        self._frames.collected = self._guard.quietly(self._delegation.collected)
        self._printer: Final = Printer(self.recorder, self._guard)
        self._watch.install(self._monitor)
        Closers(self._frames, self._delegation).install(self._monitor)
        self._monitor.last()
        self._build_world()

    def end(self, outcome: Outcome) -> NoReturn:
        """End the run here and now."""
        self._printer.cut()
        self._stop(outcome)

    def run(self, source: str) -> Outcome:
        """Run a snippet to its end; returns how it ended."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            compiled = _compiled(source)
        if isinstance(compiled, Outcome):
            return compiled
        self._frames.watch_snippet(compiled.code, compiled.calls)
        world.enter(source, (self._printer.stdout, self._printer.stderr))
        sys.unraisablehook = self._printer.by_python(world.print_unraisable)
        vars(warnings)["_showwarnmsg_impl"] = self._printer.by_python(world.show_warning)
        outcome = self._recorded(compiled.code, caught)
        main = compiled.main
        if outcome.kind == "finished" and main is not None and not self._has_run(main.name):
            outcome = Outcome("never ran", line=main.lineno, message=main.name)
        return self._failure or outcome

    def _build_world(self) -> None:
        clock = Clock(self._moved, self._slept)
        watched = self._watch.watcher()

        def iteration(loop: Loop) -> None:
            self._printer.tell_from_elsewhere()
            watched.iteration(loop)

        watcher = replace(watched, iteration=iteration)
        asked = self._guard.quietly(self._delegation.asked_of_sandbox)
        world.build(clock, watcher, asked)

    def _recorded(self, code: CodeType, caught: Sequence[warnings.WarningMessage]) -> Outcome:
        base = Activation(self.recorder.actor(Actor("module", "<module>", 1)), self._monitor.codes[id(code)])
        base.active = base.started = True
        self.recorder.stack.append(base)
        rewrite.install(Telling(self._frames, self._delegation).hooks(self._guard))
        self._monitor.begin(self._delegation)
        try:
            with recursion.limited(self.recorder), watched_collections(self._guard, self._delegation):
                outcome = world.execute(code, self._limits, caught, self._printer.by_python(world.print_exception))
                self._guard.quietly(self._delegation.settled)()
                return outcome
        finally:
            self._printer.finish()
            self._monitor.end()
            rewrite.disarm()

    def _has_run(self, name: str) -> bool:
        # What another thread runs is not recorded.
        return self._guard.elsewhere or any(
            facts.code.co_qualname == name and facts.has_run for facts in self._monitor.codes.values()
        )

    def _moved(self, now: float) -> None:
        self.recorder.journal.now = now

    def _slept(self, seconds: float, sleep: Callable[[], None]) -> None:
        if self._guard.here and self._failure is None:
            self._delegation.slept(seconds, sleep)
        else:
            sleep()

    def _failed(self, error: BaseException) -> None:
        self._monitor.end()
        rewrite.disarm()
        self._printer.anonymous = True
        if self._failure is None:
            self._failure = Outcome("recorder failure", message=f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class _Compiled:
    code: CodeType
    calls: rewrite.CallSites
    main: ast.FunctionDef | ast.AsyncFunctionDef | None
    """The `main` that a module defines and may have forgotten to run."""


def _compiled(source: str) -> _Compiled | Outcome:
    try:
        compile(source, rewrite.FILENAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return not_python(error)
    try:
        with recursion.unlimited():
            tree = ast.parse(source, rewrite.FILENAME)
            main = next((statement for statement in tree.body if _is_main(statement)), None)
            rewritten, calls = rewrite.rewrite(tree)
            with warnings.catch_warnings(action="ignore"):
                # The compiler has warned of the source already.
                code = compile(rewritten, rewrite.FILENAME, "exec", dont_inherit=True)
    except (RecursionError, MemoryError):
        return Outcome("recorder failure", message="the source is nested too deeply")
    return _Compiled(code, calls, main)  # type: ignore[arg-type]


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == "main"
