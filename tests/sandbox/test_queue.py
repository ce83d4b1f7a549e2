"""Nobody is let in who would have to wait for longer than the house has patience."""

import asyncio
from itertools import count

import pytest

from app.sandbox.queue import Places


async def _run(places: Places) -> int:
    async with places.taken() as place:
        await asyncio.sleep(0)
        return place


@pytest.mark.parametrize(("seconds", "most"), [(0.1, 60), (1.0, 6), (10.0, 0)])
def test_so_many_may_wait_as_have_their_turn_within_the_patience(seconds: float, most: int) -> None:
    async def scenario() -> int:
        times = count(step=seconds)
        places = Places(2, patience=3.0, clock=lambda: next(times))
        for _ in range(100):
            await _run(places)
        waiting: list[asyncio.Task[int]] = []
        async with places.taken(), places.taken():
            while places.may_wait():
                waiting.append(asyncio.create_task(_run(places)))
                await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        return len(waiting)

    assert asyncio.run(scenario()) == pytest.approx(most, abs=1)


def test_however_quick_the_runs_are_not_everybody_may_wait() -> None:
    async def scenario() -> int:
        places = Places(1, patience=1e9)
        async with places.taken():
            waiting: list[asyncio.Task[int]] = []
            while places.may_wait():
                waiting.append(asyncio.create_task(_run(places)))
                await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        return len(waiting)

    assert asyncio.run(scenario()) == 1000


def test_a_free_place_is_given_whatever_the_last_runs_took() -> None:
    async def scenario() -> None:
        places = Places(1, patience=0.0)
        assert places.may_wait()
        async with places.taken():
            assert not places.may_wait()
            assert places.wait() > 0
        assert places.may_wait()

    asyncio.run(scenario())


def test_each_run_has_a_place_of_its_own_and_leaves_it() -> None:
    async def scenario() -> None:
        places = Places(3, patience=60)
        taken = await asyncio.gather(*(_run(places) for _ in range(30)))
        assert set(taken) == {0, 1, 2}
        held: set[int] = set()
        async with places.taken() as one, places.taken() as two, places.taken() as three:
            held |= {one, two, three}
        assert held == {0, 1, 2}

    asyncio.run(scenario())


def test_who_gives_up_waiting_frees_the_way() -> None:
    async def scenario() -> None:
        places = Places(1, patience=60)
        async with places.taken():
            waiting = asyncio.create_task(_run(places))
            await asyncio.sleep(0)
            before = places.wait()
            waiting.cancel()
            await asyncio.wait([waiting])
            assert places.wait() < before
        assert await _run(places) == 0

    asyncio.run(scenario())
