"""What was told lately is not worked out again."""

from collections import OrderedDict
from typing import Final

from app.web.summary import Summary

_LETTERS_IN_ALL: Final = 16 * 1024 * 1024


class RecentSummaries:
    """The summaries of the traces that were looked at last, as many as fit.

    A trace never changes, so that a summary is never out of date.
    """

    def __init__(self, most: int = _LETTERS_IN_ALL) -> None:
        """`most` bounds the letters of all summaries together: a snippet decides how long its own is."""
        self._most: Final = most
        self._letters = 0
        self._kept: Final[OrderedDict[str, Summary]] = OrderedDict()

    def get(self, trace_id: str) -> Summary | None:
        """The summary of a trace, which is the one looked at last from now on."""
        if trace_id in self._kept:
            self._kept.move_to_end(trace_id)
        return self._kept.get(trace_id)

    def put(self, trace_id: str, summary: Summary) -> None:
        """Keep the summary of a trace that has none here; those not looked at for longest go."""
        if summary.letters > self._most:
            return  # it would drive out all others, and then itself
        self._kept[trace_id] = summary
        self._letters += summary.letters
        while self._letters > self._most:
            _, forgotten = self._kept.popitem(last=False)
            self._letters -= forgotten.letters
