"""What was looked at lately is at hand, and not read or worked out again."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final


class Recent[Value]:
    """What traces were last looked at for, by id, as much as fits: `most` bounds the `size` of all together.

    A trace never changes, so that nothing of it is ever out of date.
    """

    def __init__(self, size: Callable[[Value], int], most: int) -> None:
        self._size: Final = size
        self._most: Final = most
        self._held = 0
        self._kept: Final[OrderedDict[str, Value]] = OrderedDict()

    def get(self, trace_id: str) -> Value | None:
        """What is kept of a trace, which is the one looked at last from now on."""
        if trace_id in self._kept:
            self._kept.move_to_end(trace_id)
        return self._kept.get(trace_id)

    def put(self, trace_id: str, value: Value) -> None:
        """Keep something of a trace; those not looked at for longest go."""
        size = self._size(value)
        if size > self._most or trace_id in self._kept:
            return  # it would drive out all others, and then itself; or it is there
        self._kept[trace_id] = value
        self._held += size
        while self._held > self._most:
            _, forgotten = self._kept.popitem(last=False)
            self._held -= self._size(forgotten)
