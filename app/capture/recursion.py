"""Recursion limits: the snippet's own, and room above it for the recorder.

The interpreter's limit is set higher than the one the snippet sees, so that the recorder still
works where the snippet is about to reach its own; the snippet gets its RecursionError there
(`chains`).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.capture.recorder import Recorder

_MARGIN: Final = 200
_UNLIMITED: Final = 100_000

_get: Final = sys.getrecursionlimit
_set: Final = sys.setrecursionlimit


@contextmanager
def limited(recorder: Recorder) -> Iterator[None]:
    """Let the snippet have the limit that is in force, and change it as it likes."""
    before = seen = _get()

    def setrecursionlimit(limit: int, /) -> None:
        nonlocal seen
        # Python's own answer to a limit that is none.
        _set(limit)
        _set(limit + _MARGIN)
        seen = limit
        recorder.deepest = limit

    vars(sys).update(getrecursionlimit=lambda: seen, setrecursionlimit=setrecursionlimit)
    setrecursionlimit(seen)
    try:
        yield
    finally:
        vars(sys).update(getrecursionlimit=_get, setrecursionlimit=_set)
        _set(before)


@contextmanager
def unlimited() -> Iterator[None]:
    """Room for work on a syntax tree of any depth that Python itself compiles."""
    before = _get()
    _set(_UNLIMITED)
    try:
        yield
    finally:
        _set(before)
