"""What the snippet prints: a `print` step per line, in the order of everything else."""

import io
import re
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from app.capture.guard import Guard

# Addresses differ from run to run and mean nothing: they are numbered as they come up.
_ADDRESS: Final = re.compile(r"(?<= at 0x)[0-9a-fA-F]{6,}")


class Printed(Protocol):
    """Whom the printer tells."""

    def __call__(self, stream: str, text: str, *, here: bool) -> None: ...


class Addresses:
    """Replaces the memory addresses in a text, each by the same number each time."""

    def __init__(self) -> None:
        self._numbers: Final[dict[str, int]] = {}

    def numbered(self, text: str) -> str:
        """The text, with its addresses numbered by first appearance."""
        return _ADDRESS.sub(self._number, text) if " at 0x" in text else text

    def _number(self, match: re.Match[str]) -> str:
        number = self._numbers.setdefault(match[0], len(self._numbers) + 1)
        return f"{number:012x}"


class Printer:
    """Standard output and error of the snippet.

    `printed` is called with the stream, a text and whether the recorded thread printed it. What
    other threads print waits until that one runs again.
    """

    def __init__(self, guard: Guard, printed: Printed) -> None:
        self._guard: Final = guard
        self._printed: Final = guard.quietly(printed)
        self._addresses: Final = Addresses()
        self._from_elsewhere: Final[list[tuple[str, str]]] = []
        self.stdout: Final = RecordedStream("stdout", partial(self._line, "stdout"))
        self.stderr: Final = RecordedStream("stderr", partial(self._line, "stderr"))

    def finish(self) -> None:
        """Tell of what is left."""
        self.stdout.finish()
        self.stderr.finish()
        self._catch_up()

    def _line(self, stream: str, text: str) -> None:
        if not self._guard.here:
            self._from_elsewhere.append((stream, text))
            return
        self._catch_up()
        self._printed(stream, self._addresses.numbered(text), here=True)

    def _catch_up(self) -> None:
        while self._from_elsewhere:
            stream, text = self._from_elsewhere.pop(0)
            self._printed(stream, self._addresses.numbered(text), here=False)


class RecordedStream(io.TextIOBase):
    """Standard output or error of a snippet. `line` is called with each line, its newline included."""

    def __init__(self, name: str, line: Callable[[str], None]) -> None:
        self._name: Final = name
        self._line: Final = line
        self._rest: list[str] = []

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "strict"

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        *lines, rest = text.split("\n")
        for line in lines:
            self._rest.append(line)
            self._line("".join(self._rest) + "\n")
            self._rest.clear()
        if rest:
            self._rest.append(rest)
        return len(text)

    def finish(self) -> None:
        """Tell of a last line that has no end."""
        if self._rest:
            self._line("".join(self._rest))
            self._rest.clear()
