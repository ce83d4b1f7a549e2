"""What the snippet prints: a `print` step per line, in the order of everything else."""

import codecs
import io
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from app.capture.guard import Guard
from app.capture.recorder import NULL, VIA, Recorder
from app.trace.journal import LedgerFull

_THREAD: Final = VIA["thread"]
# A line that goes on for longer is told of in pieces, so that it counts before it ends.
_LONGEST: Final = 8192
# Up to and including a newline, and what follows the last: nothing else ends a line.
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")


class Printer:
    """Standard output and error of the snippet.

    A line is told of when it ends. What one frame has printed of a line before another goes on
    with it, or before the other stream is written to, is told of by itself. What other threads
    print waits for the event loop's next iteration, or until the recorded one prints, or ends.
    """

    def __init__(self, recorder: Recorder, guard: Guard) -> None:
        self._recorder: Final = recorder
        self._guard: Final = guard
        self._from_elsewhere: Final[list[tuple[str, str]]] = []
        self._begun = ""
        self._stream = "stdout"
        self._giver, self._line, self._via = NULL, NULL, NULL
        self.anonymous = False
        """Whether nothing of the snippet prints: Python does, or nobody knows."""

        self._write: Final = guard.quietly(self._written, also_broken=True)
        self.stdout: Final = opened("stdout", self._said)
        self.stderr: Final = opened("stderr", self._said)

    def finish(self) -> None:
        """Tell of what is left."""
        self._write("stdout", "")
        self._tell()

    def tell_from_elsewhere(self) -> None:
        """Tell of what other threads have printed."""
        if self._from_elsewhere:
            self._write(self._stream, "")

    def cut(self) -> None:
        """Keep what was printed of a line that will not end, where no step can be added any more."""
        text, self._begun = self._begun, ""
        with suppress(LedgerFull):
            if text:
                self._recorder.journal.output(self._stream, text)

    def by_python[**P](self, prints: Callable[P, object]) -> Callable[P, None]:
        """A function that prints on Python's own behalf, such as a traceback or a warning."""

        def printing(*args: P.args, **kwargs: P.kwargs) -> None:
            before, self.anonymous = self.anonymous, True
            try:
                prints(*args, **kwargs)
            finally:
                self.anonymous = before

        return printing

    def _said(self, stream: str, text: str) -> None:
        if self._guard.here:
            self._write(stream, text)
        else:
            self._from_elsewhere.append((stream, text))

    def _written(self, stream: str, text: str) -> None:
        while self._from_elsewhere:
            elsewhere, said = self._from_elsewhere.pop(0)
            self._print(elsewhere, said, NULL, _THREAD)
        self._print(stream, text, NULL if self.anonymous else self._recorder.settled().id, NULL)

    def _print(self, stream: str, text: str, giver: int, via: int) -> None:
        if (stream, giver, via) != (self._stream, self._giver, self._via):
            self._tell()
        self._stream, self._giver, self._via = stream, giver, via
        for piece in _LINES.findall(self._recorder.impersonal.text(text)):
            if not self._begun:
                self._line = NULL if giver == NULL else self._recorder.where(self._recorder.stack[-1])
            self._begun += piece
            if piece.endswith("\n") or len(self._begun) > _LONGEST:
                self._tell()

    def _tell(self) -> None:
        text, self._begun = self._begun, ""
        if text:
            self._recorder.printed(self._stream, text, self._giver, self._line, self._via)


def opened(stream: str, said: Callable[[str, str], None]) -> io.TextIOWrapper:
    """A stream such as `sys.stdout`; `said` is called with its name and each text written to it."""
    raw: Any = _Stream(stream, said)
    return io.TextIOWrapper(raw, "utf-8", _ERRORS[stream], newline="\n", write_through=True)


# As Python opens them.
_ERRORS: Final = {"stdout": "strict", "stderr": "backslashreplace"}


class _Stream(io.RawIOBase):
    """The bytes of a stream, which are told of as text."""

    def __init__(self, stream: str, said: Callable[[str, str], None]) -> None:
        self.name: Final = f"<{stream}>"
        self._stream: Final = stream
        self._said: Final = said
        self._decoder: Final = codecs.getincrementaldecoder("utf-8")("replace")

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._said(self._stream, self._decoder.decode(bytes(data)))
        return len(data)
