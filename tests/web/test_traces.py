"""What the routes call, apart from HTTP."""

import asyncio
from pathlib import Path

from app.gallery import snippets
from app.sandbox import Refused, Runner
from app.store import SqliteStore
from app.trace.limits import Limits
from app.web.traces import Saved, Traces, Unplayable

SNIPPET = snippets()[0]


def working() -> Runner:
    return Runner(Limits(), workers=2, queue=8)


def broken() -> Runner:
    return Runner(Limits(), 2, 8, ("/nonexistent/python",))


def test_the_gallery_stays_while_nothing_can_be_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        recorded = await Traces(working(), store).of_snippet(SNIPPET)
        crippled = Traces(broken(), store)
        assert await crippled.of_snippet(SNIPPET) == recorded
        assert isinstance(recorded, str)
        assert await crippled.read(recorded) is not None
        assert isinstance(await crippled.record("1"), Refused)
        assert isinstance(await crippled.of_snippet(snippets()[1]), Refused)
        await store.close()

    asyncio.run(scenario())


def test_a_class_that_follows_one_link_shares_one_run(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        traces = Traces(Runner(Limits(), workers=1, queue=0), store)
        ids = await asyncio.gather(*(traces.of_snippet(SNIPPET) for _ in range(50)))
        assert len(set(ids)) == 1
        await store.close()

    asyncio.run(scenario())


def test_an_example_that_was_cut_short_is_recorded_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        hurried = Traces(Runner(Limits(wall_seconds=0.001), 1, 0), store)
        cut = await hurried.of_snippet(SNIPPET)
        whole = await Traces(working(), store).of_snippet(SNIPPET)
        assert isinstance(cut, str)
        assert cut != whole
        await store.close()

    asyncio.run(scenario())


def test_only_what_can_be_looked_at_is_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        store = SqliteStore(tmp_path)
        traces = Traces(working(), store)
        assert isinstance(await traces.record("1 +"), Unplayable)
        assert isinstance(await traces.record("#" * 100_000), Unplayable)
        kept = await traces.record("raise SystemExit(1)")
        assert isinstance(kept, Saved)
        assert kept.outcome.kind == "exit"
        await store.close()

    asyncio.run(scenario())
