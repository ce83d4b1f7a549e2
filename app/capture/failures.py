"""How a snippet fails, in words: outcomes for exceptions, and tracebacks of the snippet's own frames.

An outcome runs no code of the snippet: an exception's message is made of its arguments, as
`preview` shows them.
"""

import traceback
from collections.abc import Iterator

from app.capture.preview import exception_args, message, qualified_name, type_name
from app.capture.quirks import IGNORED_ERRORS_HAVE_CARETS
from app.capture.rewrite import FILENAME
from app.trace.document import Outcome
from app.trace.limits import Limits


def ended_by(error: BaseException, limits: Limits) -> Outcome:
    """The outcome of a run that an exception ended."""
    kind = type(error)
    if issubclass(kind, SystemExit):
        return Outcome("exit", line=_line(error), message=str(_exit_status(error)))
    if issubclass(kind, MemoryError):
        return Outcome("memory limit", line=_line(error), limit=limits.memory_mib)
    return Outcome("exception", line=_line(error), type=qualified_name(kind), message=message(error))


def last_words(error: BaseException) -> Iterator[str]:
    """What the interpreter prints on standard error when an exception ends a program."""
    if not issubclass(type(error), SystemExit):
        yield from formatted(error)
    elif (args := exception_args(error)) and type(args[0]) not in (int, bool, type(None)):
        yield f"{message(error)}\n"


def _exit_status(error: BaseException) -> int:
    args = exception_args(error)
    code = args[0] if args else None
    if code is None:
        return 0
    if not (isinstance(code, int) and type(code) in (int, bool)):
        return 1
    # As Python has it: a number that is none of C's is -1.
    return int(code) if -(2**31) <= code < 2**31 else -1


def not_python(error: Exception) -> Outcome:
    """The outcome of a source that cannot be compiled."""
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        return Outcome("syntax error", line=max(line, 1), column=column, message=str(error.msg))
    if isinstance(error, RecursionError | MemoryError):
        return Outcome("syntax error", line=1, column=1, message="too deeply nested to be compiled")
    return Outcome("syntax error", line=1, column=1, message=str(error))


def formatted(error: BaseException, *, ignored: bool = False) -> Iterator[str]:
    """The traceback as Python prints it, of the snippet's own frames alone; or that of an exception that it ignores.

    As Python does, it asks the exception for its text, which may run code of the snippet.
    """
    try:
        told = traceback.TracebackException.from_exception(error)
        if ignored:
            _keep_what_is_told_of_ignored(told)
        _keep_own_frames(told)
        lines = list(told.format())
    except BaseException:
        # Where there is no memory left, for one, or where the snippet's own code fails.
        lines = [f"{type_name(error)}: {message(error)}\n"]
    yield from lines


def _keep_what_is_told_of_ignored(told: traceback.TracebackException) -> None:
    vars(told).update(__cause__=None, __context__=None, __notes__=None, exceptions=None)
    if not IGNORED_ERRORS_HAVE_CARETS:
        lines = (traceback.FrameSummary(one.filename, one.lineno, one.name, line=one.line) for one in told.stack)
        told.stack = traceback.StackSummary.from_list(lines)


def _keep_own_frames(told: traceback.TracebackException) -> None:
    pending = [told]
    while pending:
        one = pending.pop()
        own = [frame for frame in one.stack if frame.filename == FILENAME]
        one.stack = traceback.StackSummary.from_list(own)
        pending += [cause for cause in (one.__cause__, one.__context__, *(one.exceptions or ())) if cause is not None]


def _line(error: BaseException) -> int | None:
    # Its class may have put something else in the place of the name.
    told = vars(BaseException)["__traceback__"].__get__(error)
    lines = [line for frame, line in traceback.walk_tb(told) if frame.f_code.co_filename == FILENAME]
    return lines[-1] if lines else None
