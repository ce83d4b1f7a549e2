"""The hops of a trace are those of PEP 380's expansion: the yardstick of truth."""

import gc
import sys
from collections.abc import Iterator

import pytest

from tests.capture import pep380
from tests.capture.harness import hops, record_all
from tests.capture.programs import Program

_HOPS = frozenset({"send", "throw", "close", "yield", "return", "raise"})
_IDENTITY = "def probe(name, generator): return generator\n"
_PROGRAMS_A_CHILD = 250


def _disagreement(seeds: range) -> str | None:
    programs = [Program(seed) for seed in seeds]
    traces = record_all(program.source.replace('probe("<module>", g0())', "g0()") for program in programs)
    for seed, program, trace in zip(seeds, programs, traces, strict=True):
        expected, recorded = pep380.hops(program.source), hops(trace, _HOPS)
        if recorded != expected or trace.outcome.kind != "finished":
            at = next(
                (i for i, pair in enumerate(zip(recorded, expected, strict=False)) if pair[0] != pair[1]),
                min(len(recorded), len(expected)),
            )
            return (
                f"seed {seed}, hop {at}: {trace.outcome}\n{program.source}\n"
                f"recorded: {recorded[max(at - 4, 0) : at + 3]}\nexpected: {expected[max(at - 4, 0) : at + 3]}"
            )
    return None


@pytest.fixture(autouse=True)
def _generators_may_ignore_their_end() -> Iterator[None]:
    """A random generator may yield, or fail, while it is finalized: Python then tells a hook."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
    yield
    gc.collect()
    sys.unraisablehook = hook


@pytest.mark.parametrize("first", range(0, 1000, _PROGRAMS_A_CHILD))
def test_the_hops_of_a_random_program_are_those_of_its_expansion(first: int) -> None:
    disagreement = _disagreement(range(first, first + _PROGRAMS_A_CHILD))
    assert disagreement is None, disagreement


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 10_000, _PROGRAMS_A_CHILD))
def test_the_hops_of_many_more_random_programs_are_those_of_their_expansions(first: int) -> None:
    disagreement = _disagreement(range(first, first + _PROGRAMS_A_CHILD))
    assert disagreement is None, disagreement
