"""The world in which a snippet runs, the same for every run, whether somebody watches or not.

It is `__main__` of a program called `snippet.py`, with virtual time, the same random numbers, an
empty standard input, and an end like that of the interpreter.
"""

import atexit
import builtins
import gc
import io
import itertools
import linecache
import random
import sys
import threading
import traceback
import types
import warnings
from asyncio import tasks
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any, Final

from app.capture import absent, history, loop
from app.capture.absent import Asked
from app.capture.clock import Clock
from app.capture.codes import CAPTURE
from app.capture.failures import ended_by, formatted, last_words
from app.capture.guard import getframe
from app.capture.loop import Watcher
from app.capture.preview import preview
from app.capture.rewrite import FILENAME
from app.trace.document import Outcome
from app.trace.limits import Limits

_ALLOCATIONS: Final = 200_000
"""After so many new objects the garbage collector looks for cycles: far more than most snippets make, so that
what is finalized when does not depend on how many a recorder makes beside them."""

type Streams = tuple[io.TextIOWrapper, io.TextIOWrapper]
"""Standard output and standard error."""


def build(clock: Clock, watcher: Watcher, asked: Asked) -> None:
    """Make what is the same whatever runs in it. Until a run enters it, nothing of the process's own is taken."""
    clock.install()
    loop.install(clock, watcher)
    absent.install(asked)
    history.install()


def enter(source: str, streams: Streams) -> None:
    """Make the rest: the world is that of a run of `source` from now on."""
    random.seed(0)
    gc.set_threshold(_ALLOCATIONS)
    # Another run in this process may have had tasks.
    vars(tasks)["_task_name_counter"] = itertools.count(1).__next__
    sys.argv = [FILENAME]
    # As `linecache` would read the file: lines end with a newline, and nothing else ends one.
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[FILENAME] = (len(source), None, lines, FILENAME)
    sys.stdin = io.StringIO()
    sys.stdout, sys.stderr = streams
    sys.unraisablehook = print_unraisable
    vars(traceback)["walk_stack"] = _walk_stack
    vars(warnings)["_showwarnmsg_impl"] = show_warning


def execute(
    code: CodeType,
    limits: Limits,
    caught: Sequence[warnings.WarningMessage],
    print_exception: Callable[[BaseException], None],
) -> Outcome:
    """Run a module to its end; returns how it ended. `caught` are the warnings of its compilation."""
    for warning in caught:
        warnings.showwarning(warning.message, warning.category, warning.filename, warning.lineno)
    module = types.ModuleType("__main__")
    vars(module).update(__builtins__=builtins, __file__=FILENAME)
    sys.modules["__main__"] = module
    outcome = Outcome("finished")
    try:
        exec(code, vars(module))
    except BaseException as error:
        outcome = ended_by(error, limits)
        print_exception(error)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    # As the interpreter ends: handlers first, then the module goes, with all that only it kept.
    atexit._run_exitfuncs()
    sys.modules.pop("__main__", None)
    del module
    gc.collect()
    return outcome


def print_exception(error: BaseException) -> None:
    """Print what ends a program, as the interpreter does."""
    if sys.excepthook is not sys.__excepthook__ and not issubclass(type(error), SystemExit):
        try:
            sys.excepthook(type(error), error, error.__traceback__)
        except BaseException as failure:
            sys.stderr.write("Error in sys.excepthook:\n")
            sys.stderr.writelines([*formatted(failure), "\nOriginal exception was:\n", *formatted(error)])
        return
    for text in last_words(error):
        sys.stderr.write(text)


def print_unraisable(unraisable: Any) -> None:
    """Print what Python ignores, as the interpreter does, without the frames of the recorder."""
    sys.stderr.write(f"{unraisable.err_msg or 'Exception ignored in'}: {preview(unraisable.object)}\n")
    for text in formatted(unraisable.exc_value, ignored=True):
        sys.stderr.write(text)


def show_warning(warning: Any) -> None:
    """Print a warning; one that no line of the snippet gives rise to is the interpreter's own."""
    if warning.filename.startswith(CAPTURE):
        warning.filename, warning.lineno, warning.line = "sys", 1, ""
    _show_warning(warning)


_show_warning: Final = vars(warnings)["_showwarnmsg_impl"]


def _walk_stack(frame: FrameType | None) -> Iterator[tuple[FrameType, int]]:
    # What `traceback` and asyncio's debug mode show of a stack is without the frames of the recorder.
    for walked, line in _plain_walk_stack(getframe(1) if frame is None else frame):
        if walked.f_code is execute.__code__:
            return
        if not walked.f_code.co_filename.startswith(CAPTURE):
            yield walked, line


_plain_walk_stack: Final = traceback.walk_stack
