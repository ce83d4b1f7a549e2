"""How a snippet fails, in words: outcomes for exceptions, and tracebacks of the snippet's own frames.

Neither runs code of the snippet: an exception's message is made of its arguments, as
`preview` shows them.
"""

import traceback
from collections.abc import Iterator
from typing import Final

from app.capture.preview import message, type_name
from app.capture.rewrite import FILENAME
from app.trace.document import Outcome
from app.trace.limits import Limits

_LONGEST_CHAIN: Final = 5
_CAUSE: Final = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT: Final = "\nDuring handling of the above exception, another exception occurred:\n\n"


def ended_by(error: BaseException, limits: Limits) -> Outcome:
    """The outcome of a run that an exception ended."""
    kind = type(error)
    if issubclass(kind, SystemExit):
        return Outcome("exit", line=_line(error), message=str(_exit_status(error)))
    if issubclass(kind, MemoryError):
        return Outcome("memory limit", line=_line(error), limit=limits.memory_mib)
    return Outcome("exception", line=_line(error), type=type_name(error), message=message(error))


def last_words(error: BaseException) -> Iterator[str]:
    """What the interpreter prints on standard error when an exception ends a program."""
    if not issubclass(type(error), SystemExit):
        yield from formatted(error)
    elif error.args and type(error.args[0]) not in (int, bool, type(None)):
        yield f"{message(error)}\n"


def _exit_status(error: BaseException) -> int:
    code = error.args[0] if error.args else None
    if code is None:
        return 0
    return int(code) if type(code) in (int, bool) else 1


def not_python(error: Exception) -> Outcome:
    """The outcome of a source that cannot be compiled."""
    if isinstance(error, SyntaxError):
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        return Outcome("syntax error", line=max(line, 1), column=column, message=str(error.msg))
    if isinstance(error, RecursionError | MemoryError):
        return Outcome("syntax error", line=1, column=1, message="too deeply nested to be compiled")
    return Outcome("syntax error", line=1, column=1, message=str(error))


def formatted(error: BaseException) -> Iterator[str]:
    """The traceback as Python prints it, of the snippet's own frames alone."""
    yield from _chained(error, _LONGEST_CHAIN)


def _chained(error: BaseException, depth: int) -> Iterator[str]:
    if depth and error.__cause__ is not None:
        yield from _chained(error.__cause__, depth - 1)
        yield _CAUSE
    elif depth and error.__context__ is not None and not error.__suppress_context__:
        yield from _chained(error.__context__, depth - 1)
        yield _CONTEXT
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILENAME]
    if frames:
        yield "Traceback (most recent call last):\n"
        yield from traceback.StackSummary.from_list(frames).format()
    text = message(error)
    yield f"{type_name(error)}: {text}\n" if text else f"{type_name(error)}\n"
    yield from _notes(error)
    if depth and issubclass(type(error), BaseExceptionGroup):
        for number, inner in enumerate(error.exceptions[:_LONGEST_CHAIN], 1):  # type: ignore[attr-defined]
            yield f"  +---------------- {number} ----------------\n"
            yield from _indented(_chained(inner, depth - 1))


def _notes(error: BaseException) -> Iterator[str]:
    notes = getattr(error, "__notes__", None)
    if type(notes) is list:
        yield from (f"{note}\n" for note in notes if type(note) is str)


def _indented(texts: Iterator[str]) -> Iterator[str]:
    for text in texts:
        yield "".join(f"  | {line}" for line in text.splitlines(keepends=True))


def _line(error: BaseException) -> int | None:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == FILENAME]
    return lines[-1] if lines else None
