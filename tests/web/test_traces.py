"""What the routes call, apart from HTTP."""

import asyncio
from pathlib import Path
from typing import Final

from app.gallery import snippets
from app.sandbox.cold import ColdChildren
from app.sandbox.runner import Refused, Runner
from app.store import SqliteStore, Stored
from app.trace.limits import Limits
from app.web.rate import Rate
from app.web.recent import Recent
from app.web.summary import Summary
from app.web.traces import Saved, Traces, Unplayable

SNIPPET = snippets()[0]
CLIENT: Final = "127.0.0.1"


def working() -> Runner:
    return Runner(ColdChildren(Limits()), Limits(), workers=2, patience=60)


def hurried_runner() -> Runner:
    limits = Limits(wall_seconds=0.001)
    return Runner(ColdChildren(limits), limits, 1, 0)


def broken() -> Runner:
    return Runner(ColdChildren(Limits(), ("/nonexistent/python",)), Limits(), 2, 60)


def test_the_gallery_stays_while_nothing_can_be_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        recorded = await Traces(working(), store, Rate(0)).of_snippet(SNIPPET)
        crippled = Traces(broken(), store, Rate(0))
        assert await crippled.of_snippet(SNIPPET) == recorded
        assert isinstance(recorded, str)
        assert await crippled.summary(recorded) is not None
        assert isinstance(await crippled.record("1", CLIENT), Refused)
        assert isinstance(await crippled.of_snippet(snippets()[1]), Refused)
        await store.close()

    asyncio.run(scenario())


def test_a_class_that_follows_one_link_shares_one_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        traces = Traces(working(), store, Rate(0))
        ids = await asyncio.gather(*(traces.of_snippet(SNIPPET) for _ in range(50)))
        assert len(set(ids)) == 1
        await store.close()

    asyncio.run(scenario())


class CountingStore(SqliteStore):
    """The real store, which counts how often a document is read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.read: Final[list[str]] = []

    async def load(self, trace_id: str) -> Stored | None:
        """The document that has the id."""
        self.read.append(trace_id)
        return await super().load(trace_id)


def test_a_class_that_watches_one_trace_shares_one_reading(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = CountingStore(tmp_path)
        traces = Traces(working(), store, Rate(0))
        saved = await traces.record("print(1)", CLIENT)
        assert isinstance(saved, Saved)
        summaries = await asyncio.gather(*(traces.summary(saved.trace_id) for _ in range(500)))
        assert all(summary is summaries[0] for summary in summaries)
        assert summaries[0] is not None
        assert (summaries[0].source, summaries[0].steps) == ("print(1)", 1)
        assert await traces.summary(saved.trace_id) is summaries[0]
        assert store.read == [saved.trace_id]
        await store.close()

    asyncio.run(scenario())


def test_no_trace_has_no_summary(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        assert await Traces(working(), store, Rate(0)).summary("nope") is None
        await store.close()

    asyncio.run(scenario())


def summary_of(source: str) -> Summary:
    return Summary("", "", "", ("",), 0, "", source, "", 0)


def recent_summaries(most: int) -> Recent[Summary]:
    return Recent(lambda summary: summary.letters, most)


def test_the_summary_that_was_not_looked_at_for_longest_is_forgotten_first() -> None:
    recent = recent_summaries(most=20)
    recent.put("a", summary_of("a" * 10))
    recent.put("b", summary_of("b" * 10))
    assert recent.get("a")
    recent.put("c", summary_of("c" * 10))
    assert [name for name in "abc" if recent.get(name)] == ["a", "c"]


def test_a_summary_too_long_to_be_kept_drives_out_no_other() -> None:
    recent = recent_summaries(most=20)
    recent.put("short", summary_of("x" * 20))
    recent.put("long", summary_of("x" * 21))
    assert recent.get("short")
    assert recent.get("long") is None


def test_a_transcript_comes_in_pieces_of_many_lines(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        traces = Traces(working(), store, Rate(0))
        saved = await traces.record("for number in range(5_000):\n    print(number)\n", CLIENT)
        assert isinstance(saved, Saved)
        transcript = await traces.transcript(saved.trace_id)
        assert transcript is not None
        pieces = [piece async for piece in transcript]
        lines = "".join(pieces).splitlines()
        assert len(lines) == saved.steps + 1
        assert len(pieces) < 10
        await store.close()

    asyncio.run(scenario())


def test_an_example_that_was_cut_short_is_recorded_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        hurried = Traces(hurried_runner(), store, Rate(0))
        cut = await hurried.of_snippet(SNIPPET)
        whole = await Traces(working(), store, Rate(0)).of_snippet(SNIPPET)
        assert isinstance(cut, str)
        assert cut != whole
        await store.close()

    asyncio.run(scenario())


def test_only_what_can_be_looked_at_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        traces = Traces(working(), store, Rate(0))
        assert isinstance(await traces.record("1 +", CLIENT), Unplayable)
        assert isinstance(await traces.record("#" * 100_000, CLIENT), Unplayable)
        kept = await traces.record("raise SystemExit(1)", CLIENT)
        assert isinstance(kept, Saved)
        assert kept.outcome.kind == "exit"
        await store.close()

    asyncio.run(scenario())
