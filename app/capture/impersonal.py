"""Texts without what belongs to one run or one machine."""

import re
from typing import Final

from app.capture.codes import CAPTURE, STDLIB

# Addresses differ from run to run and mean nothing: they are numbered as they come up.
_ADDRESS: Final = re.compile(r"(?<= at 0x)[0-9a-fA-F]{6,}")
_LIBRARY: Final = f"{STDLIB}/"
# A stack that Python itself has written down goes through the loop's own functions.
_OWN_FRAME: Final = re.compile(rf'^ *File "{re.escape(CAPTURE)}/[^"]*", line .*\n(?: {{4,}}.*\n)?', re.MULTILINE)


class Impersonal:
    """Takes out of a text what belongs to one run or one machine."""

    def __init__(self) -> None:
        self._numbers: Final[dict[str, int]] = {}

    def text(self, text: str) -> str:
        """The text with its addresses numbered by first appearance, short library paths, and
        without the recorder's own frames."""
        if " at 0x" in text:
            text = _ADDRESS.sub(self._number, text)
        if CAPTURE in text:
            text = _OWN_FRAME.sub("", text)
        return text.replace(_LIBRARY, "") if _LIBRARY in text else text

    def _number(self, match: re.Match[str]) -> str:
        number = self._numbers.setdefault(match[0], len(self._numbers) + 1)
        return f"{number:012x}"
