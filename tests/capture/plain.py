"""A plain run: a snippet runs in the recorder's world, and nobody looks.

Same asyncio in pure Python on virtual time, same arguments, input, random numbers and end; no
monitor, and no rewrite of the source. To be imported where `sys.modules["_asyncio"]` is None, as in
the recording child.
"""

import warnings
from collections.abc import Callable
from typing import Final, NoReturn

from app.capture import world
from app.capture.clock import Clock
from app.capture.failures import not_python
from app.capture.loop import Watcher
from app.capture.output import opened
from app.capture.rewrite import FILENAME
from app.trace.document import Outcome
from app.trace.limits import Limits


class PlainRun:
    """One plain run of one snippet.

    `stop` is called with the outcome where the event loop would wait forever; it does not return.
    """

    def __init__(self, source: str, stop: Callable[[Outcome], NoReturn]) -> None:
        self._source: Final = source
        self._stop: Final = stop
        self.pieces: Final[list[tuple[str, str]]] = []
        """What was written, in order: `stdout` or `stderr`, and a text."""

    def run(self) -> Outcome:
        """Run the snippet to its end; returns how it ended."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            try:
                code = compile(self._source, FILENAME, "exec", dont_inherit=True)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                return not_python(error)
        clock = Clock(lambda now: None, lambda seconds, sleep: sleep())
        watcher = Watcher(
            iteration=lambda loop: None,
            ready=lambda loop, handle: None,
            deadlock=lambda loop: self._stop(Outcome("deadlock")),
            housekeeping=lambda loop, coroutine: None,
        )
        streams = (opened("stdout", self._said), opened("stderr", self._said))
        world.build(clock, watcher, lambda what, error: None)
        world.enter(self._source, streams)
        return world.execute(code, Limits(), caught, world.print_exception)

    def _said(self, stream: str, text: str) -> None:
        self.pieces.append((stream, text))
