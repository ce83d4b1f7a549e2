"""What the runner knows of children: each is given three files, can be killed, and ends."""

from dataclasses import dataclass
from typing import Protocol

from app.sandbox.layers import Layers
from app.sandbox.scratch import Scratch


@dataclass(frozen=True, slots=True)
class Run:
    """What a child is given: the source, the file of the journal it writes, and room for its last words.

    It is alone in its `place`, a number from 0 on.
    """

    source: str
    journal: Scratch
    last_words: Scratch
    place: int


class NoChild(Exception):
    """The machine cannot start a child just now."""


class CutOff(Exception):
    """A child ended with what had started it, through no doing of its own."""


class Child(Protocol):
    """One run of one snippet, in a process."""

    async def ended(self) -> int:
        """How it ended, as `subprocess` says it: a status, or a signal below zero.

        Raises NoChild where it could not be confined and so ran nothing, CutOff where it ended
        with what had started it.
        """

    def kill(self) -> None:
        """Put an end to it, at once; nothing happens if it has ended."""


class Children(Protocol):
    """Where children come from."""

    @property
    def layers(self) -> Layers:
        """What they are confined by."""

    async def open(self) -> None:
        """Make ready, so that the first child need not wait. Raises NoChild."""

    async def start(self, run: Run) -> Child:
        """A new child. Raises NoChild, or CutOff."""

    async def close(self) -> None:
        """End what is left of them."""
