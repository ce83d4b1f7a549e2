"""The hops of a trace are those of the PEPs' expansions: the yardstick of truth.

What a program prints is compared as well: there, the yardstick is held against Python.
"""

import contextlib
import gc
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pytest

from tests.capture import pep380, pep492, short_programs
from tests.capture.async_programs import AsyncProgram
from tests.capture.harness import record_all, told
from tests.capture.probes import Told
from tests.capture.programs import Program

_PROGRAMS_A_CHILD = 250


def _assert_agreement(programs: Sequence[str], yardstick: Callable[[str], Told]) -> None:
    for source, trace in zip(programs, record_all(programs), strict=True):
        expected, recorded = yardstick(source), told(trace)
        assert trace.outcome.kind == "finished", f"{source}\n{trace.outcome}"
        assert recorded.lines == expected.lines, f"{source}\n{_parting(recorded.lines, expected.lines)}"
        assert recorded.hops == expected.hops, f"{source}\n{_parting(recorded.hops, expected.hops)}"


def _parting(recorded: Sequence[object], expected: Sequence[object]) -> str:
    """Where two sequences part, with what comes before and after."""
    pairs = enumerate(zip(recorded, expected, strict=False))
    at = next((at for at, (one, other) in pairs if one != other), min(len(recorded), len(expected)))
    return f"at {at}\nrecorded: {recorded[max(at - 4, 0) : at + 3]}\nexpected: {expected[max(at - 4, 0) : at + 3]}"


@pytest.fixture(autouse=True)
def _generators_may_ignore_their_end() -> Iterator[None]:
    """A random generator may yield, or fail, while it is finalized: Python then tells a hook."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda unraisable: None
    yield
    gc.collect()
    sys.unraisablehook = hook


def _assert_generators_agree(first: int) -> None:
    seeds = range(first, first + _PROGRAMS_A_CHILD)
    _assert_agreement([Program(seed).source for seed in seeds], pep380.told)


def _assert_coroutines_agree(first: int) -> None:
    seeds = range(first, first + _PROGRAMS_A_CHILD)
    expected: dict[str, Told] = {}
    for source in (AsyncProgram(seed).source for seed in seeds):
        # The expansion of some has more nested blocks than Python takes.
        with contextlib.suppress(SyntaxError):
            expected[source] = pep492.told(source)
    programs = [source for source, those in expected.items() if _is_told(those)]
    assert len(programs) > _PROGRAMS_A_CHILD / 3
    _assert_agreement(programs, expected.__getitem__)


def _is_told(expected: Told) -> bool:
    """Whether a trace has a step for each refusal of a program.

    Where an async generator refuses, or a coroutine that runs already behind its `__await__()`, a
    trace tells of the exception alone.
    """
    refusals = [hop for hop in expected.hops if hop[0] == "refuse"]
    return not any(_ASYNC_GENERATOR.match(str(hop[2])) or "already executing" in str(hop[3]) for hop in refusals)


_ASYNC_GENERATOR: Final = re.compile(r"a\d* #")


_SINCE_3_13 = pytest.mark.skipif(
    sys.version_info < (3, 13),
    reason="until 3.13, close() of what asend() returned leaves its async generator open, which a trace does not tell",
)


@pytest.mark.parametrize("source", short_programs.GENERATORS.values(), ids=short_programs.GENERATORS.keys())
def test_the_hops_of_a_short_program_of_generators_are_those_of_its_expansion(source: str) -> None:
    _assert_agreement([source], pep380.told)


@_SINCE_3_13
@pytest.mark.parametrize("source", short_programs.COROUTINES.values(), ids=short_programs.COROUTINES.keys())
def test_the_hops_of_a_short_program_of_coroutines_are_those_of_its_expansion(source: str) -> None:
    _assert_agreement([source], pep492.told)


@pytest.mark.parametrize("first", range(0, 1000, _PROGRAMS_A_CHILD))
def test_the_hops_of_a_random_program_of_generators_are_those_of_its_expansion(first: int) -> None:
    _assert_generators_agree(first)


@_SINCE_3_13
@pytest.mark.parametrize("first", range(0, 250, _PROGRAMS_A_CHILD))
def test_the_hops_of_a_random_program_of_coroutines_are_those_of_its_expansion(first: int) -> None:
    _assert_coroutines_agree(first)


@pytest.mark.long
@pytest.mark.parametrize("first", range(1000, 10_000, _PROGRAMS_A_CHILD))
def test_the_hops_of_many_more_programs_of_generators_are_those_of_their_expansions(first: int) -> None:
    _assert_generators_agree(first)


@_SINCE_3_13
@pytest.mark.long
@pytest.mark.parametrize("first", range(250, 3000, _PROGRAMS_A_CHILD))
def test_the_hops_of_many_more_programs_of_coroutines_are_those_of_their_expansions(first: int) -> None:
    _assert_coroutines_agree(first)
