"""Whatever a snippet tries, it gets no further than its own trace, behind every fallback."""

import asyncio
from collections.abc import Sequence
from itertools import cycle
from typing import Final

import pytest
from _pytest.mark import ParameterSet

from tests.sandbox.hostile import cpu, files, journal, kernel, memory, network, output, processes, recorder, signals
from tests.sandbox.hostile.conftest import SECRET, HouseOf
from tests.sandbox.hostile.fallbacks import FALLBACKS, STRONGEST, WEAKEST
from tests.sandbox.hostile.house import heirs, inheriting, litter, until_quiet
from tests.sandbox.hostile.snippets import runs_here

GROUPS: Final = {
    "files": files.SNIPPETS,
    "network": network.SNIPPETS,
    "processes": processes.SNIPPETS,
    "signals": signals.SNIPPETS,
    "kernel": kernel.SNIPPETS,
    "memory": memory.SNIPPETS,
    "cpu": cpu.SNIPPETS,
    "output": output.SNIPPETS,
    "recorder": recorder.SNIPPETS,
    "journal": journal.SNIPPETS,
}
SNIPPETS: Final = {f"{group}: {snippet.name}": snippet for group, snippets in GROUPS.items() for snippet in snippets}

COSTLY: Final = ("memory", "cpu")


def _trials() -> Sequence[ParameterSet]:
    """Each snippet behind each fallback.

    In the usual run only the weakest, and another one in turn; for what takes all the time it gets that is the strongest.
    """
    others = cycle(name for name in FALLBACKS if name != WEAKEST)
    trials = []
    for name in SNIPPETS:
        usual = {WEAKEST, STRONGEST if name.startswith(COSTLY) else next(others)}
        for fallback in FALLBACKS:
            marks = () if fallback in usual else (pytest.mark.long,)
            trials.append(pytest.param(name, fallback, marks=marks))
    return trials


@pytest.mark.parametrize(("name", "fallback"), _trials())
def test_a_hostile_snippet_spoils_nothing_but_its_own_trace(
    name: str, fallback: str, house_of: HouseOf, loop: asyncio.Runner, secret: str
) -> None:
    snippet = SNIPPETS[name]
    if not runs_here(snippet):
        pytest.skip(f"speaks the machine code of {snippet.machine}")
    house = house_of(fallback)
    asked_for = FALLBACKS[fallback].layers
    assert house.layers == asked_for
    before = house.fork_server(), house.processes(), house.descriptors(), heirs(), litter()
    with inheriting():
        attack = loop.run(house.attack(snippet, secret))
        assert not loop.run(until_quiet(house, before[1])), "a process is left"
        after = house.fork_server(), house.processes(), house.descriptors(), heirs(), litter()
    assert after == before
    assert {trace.to_json() for trace in attack.beside} == {house.alone()}
    printed = "".join(piece.text for piece in attack.hostile.output if piece.stream == "stdout")
    expected = snippet.expected_prints(house.layers)
    if expected is None:
        assert "WAS DONE" not in printed
    else:
        assert printed == expected, attack.hostile.outcome
    assert snippet.may_end(attack.hostile.outcome), attack.hostile.outcome
    assert SECRET.encode() not in attack.hostile.to_json()


def test_there_are_as_many_snippets_as_promised() -> None:
    assert len(SNIPPETS) == sum(map(len, GROUPS.values()))
    assert len(SNIPPETS) >= 80


def test_every_fallback_has_its_turn_in_the_usual_run() -> None:
    usual = {trial.values[1] for trial in _trials() if not trial.marks}
    assert usual == FALLBACKS.keys()
