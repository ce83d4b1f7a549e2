"""What the routes call: a snippet becomes a trace at rest, and a trace at rest is found again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from app import __version__
from app.gallery import Snippet
from app.sandbox.child import RUNTIME
from app.sandbox.runner import Recorded, Refused, Runner
from app.store import Store, Stored
from app.trace import Outcome, Trace
from app.web.rate import Rate
from app.web.recent import Recent
from app.web.summary import Summary, summarize, transcript_blocks

# A run that came to nothing: there is no step to look at, and the outcome tells its author why.
_UNPLAYABLE: Final = frozenset({"syntax error", "source limit"})

_MOST_KEPT: Final = 16 * 1024 * 1024
"""Bytes of documents, and letters of summaries, that are kept at hand."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A recorded trace that can be linked to from now on."""

    trace_id: str
    steps: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unplayable:
    """The snippet could not begin to run, so that nothing was kept."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Blank:
    """There is no snippet: nothing was run, and nothing was kept."""


type Recording = Saved | Blank | Unplayable | Refused


class Traces:
    """The traces of one site."""

    def __init__(self, runner: Runner, store: Store, rate: Rate) -> None:
        self._runner: Final = runner
        self._rate: Final = rate
        self._store: Final = store
        self._gallery_turn: Final = asyncio.Lock()
        self._reading_turn: Final = asyncio.Lock()
        self._recent: Final = Recent[Summary](lambda summary: summary.letters, _MOST_KEPT)
        self._documents: Final = Recent[Stored](lambda stored: len(stored.gzipped), _MOST_KEPT)

    async def record(self, source: str, client: str) -> Recording:
        """Run a snippet for the client at an address, and keep its trace."""
        if not source.strip():
            return Blank()
        if refused := await self._rate.refusal(client):
            return refused
        return await self._record(source, label=None)

    async def load(self, trace_id: str) -> Stored | None:
        """The document that has the id, as it rests."""
        if stored := self._documents.get(trace_id):
            return stored
        stored = await self._store.load(trace_id)
        if stored is not None:
            self._documents.put(trace_id, stored)
        return stored

    async def summary(self, trace_id: str) -> Summary | None:
        """What a page says of the trace that has the id."""
        if summary := self._recent.get(trace_id):
            return summary
        # A class that opens one link asks all at once; one reading answers them all.
        async with self._reading_turn:
            if summary := self._recent.get(trace_id):
                return summary
            stored = await self.load(trace_id)
            if stored is None:
                return None
            summary = await asyncio.to_thread(lambda: summarize(_trace(stored)))
            self._recent.put(trace_id, summary)
        return summary

    async def transcript(self, trace_id: str) -> AsyncIterator[str] | None:
        """The whole transcript of the trace that has the id, in pieces of many lines."""
        stored = await self.load(trace_id)
        if stored is None:
            return None
        return self._told(await self._in_turn(lambda: _trace(stored)))

    async def _told(self, trace: Trace) -> AsyncIterator[str]:
        blocks = transcript_blocks(trace)
        while block := await self._in_turn(lambda: next(blocks, "")):
            yield block

    async def _in_turn[T](self, work: Callable[[], T]) -> T:
        # A long trace takes tenths of a second to read, which is not for the event loop's thread;
        # nor for many others at once, each of which the event loop would have to wait for.
        async with self._reading_turn:
            return await asyncio.to_thread(work)

    async def of_snippet(self, snippet: Snippet) -> str | Unplayable | Refused:
        """The id of a gallery snippet's trace, which is recorded the first time it is asked for.

        It is kept for this source, this Python and this version of the recorder: from then on it
        is there whether or not snippets can be run.
        """
        digest = sha256(snippet.source.encode()).hexdigest()
        label = f"gallery/{snippet.slug}/{digest}/{RUNTIME['python']}/{__version__}"
        if trace_id := await self._store.labelled(label):
            return trace_id
        # A class that follows one link asks all at once; one run answers them all.
        async with self._gallery_turn:
            if trace_id := await self._store.labelled(label):
                return trace_id
            recording = await self._record(snippet.source, label)
        return recording.trace_id if isinstance(recording, Saved) else recording

    async def _record(self, source: str, label: str | None) -> Saved | Unplayable | Refused:
        match await self._runner.run(source):
            case Recorded(trace) if trace.outcome.kind in _UNPLAYABLE:
                return Unplayable(trace.outcome)
            case Recorded(trace):
                document = await asyncio.to_thread(trace.to_json)
                # A run that was cut short, by a machine under load say, is not kept as an example.
                if trace.outcome.kind != "finished":
                    label = None
                return Saved(await self._store.save(document, label=label), len(trace), trace.outcome)
            case Refused() as refused:
                return refused


def _trace(stored: Stored) -> Trace:
    return Trace.from_json(stored.document())
