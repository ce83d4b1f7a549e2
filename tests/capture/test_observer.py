"""The observer changes nothing: a snippet does under the recorder what it does without it."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from app.capture.impersonal import Impersonal
from app.trace import Outcome, Trace
from tests.capture.async_effects import CoroutineEffects
from tests.capture.effects import GeneratorEffects
from tests.capture.harness import ROOT, Plain, record, record_all, run_plainly
from tests.capture.test_golden import SNIPPETS, recorded

OBSERVED = sorted((Path(__file__).parent / "observed").glob("*.py"))
GALLERY = sorted((ROOT / "app" / "gallery").glob("[0-9]*.py"))
_PROGRAMS_A_CHILD = 250


def _seen_from_outside(run: Trace | Plain) -> tuple[Sequence[tuple[str, str]], Outcome]:
    """What was written, stream by stream, and how the run ended."""
    if isinstance(run, Plain):
        return _written(run.pieces), run.outcome
    # That `main` never ran nobody but the recorder knows.
    kind = "finished" if run.outcome.kind == "never ran" else run.outcome.kind
    outcome = Outcome("finished") if kind == "finished" else replace(run.outcome, waiting=())
    return _written((piece.stream, piece.text) for piece in run.output), outcome


def _written(pieces: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    impersonal = Impersonal()
    streams = groupby(pieces, key=lambda piece: piece[0])
    return [(stream, impersonal.text("".join(text for _, text in written))) for stream, written in streams]


@pytest.mark.parametrize("snippet", [*GALLERY, *OBSERVED, *SNIPPETS], ids=lambda path: path.stem)
def test_a_snippet_does_under_the_recorder_what_it_does_without_it(snippet: Path) -> None:
    [plain] = run_plainly([snippet.read_text("utf-8")])
    assert _seen_from_outside(recorded(snippet)) == _seen_from_outside(plain)


@pytest.mark.parametrize("effects", [GeneratorEffects, CoroutineEffects])
@pytest.mark.parametrize("first", range(0, 500, _PROGRAMS_A_CHILD))
def test_a_random_program_does_under_the_recorder_what_it_does_without_it(
    effects: type[GeneratorEffects | CoroutineEffects], first: int
) -> None:
    programs = [effects(seed).source for seed in range(first, first + _PROGRAMS_A_CHILD)]
    for source, trace, plain in zip(programs, record_all(programs), run_plainly(programs), strict=True):
        assert _seen_from_outside(trace) == _seen_from_outside(plain), source


@pytest.mark.parametrize("snippet", OBSERVED, ids=lambda path: path.stem)
def test_a_snippet_prints_what_python_prints(snippet: Path) -> None:
    alone = subprocess.run([sys.executable, snippet], capture_output=True, text=True, check=False)
    trace = recorded(snippet)
    assert "".join(piece.text for piece in trace.output if piece.stream == "stdout") == alone.stdout
    assert (trace.outcome.kind == "finished") is (alone.returncode == 0)


@pytest.mark.parametrize("terms", ["1 + " * 600 + "1", " + ".join(["'a'"] * 600), "[" * 90 + "]" * 90])
def test_whatever_python_compiles_is_recorded(terms: str) -> None:
    assert record(f"print(type({terms}))\n").outcome.kind == "finished"


def test_a_source_too_deep_for_the_rewritten_tree_is_not_called_a_syntax_error() -> None:
    branches = "".join(f"elif x == {number}:\n    f(x)\n" for number in range(340))
    trace = record(f"def f(x): return x\nx = 1\nif x == -1:\n    pass\n{branches}print('ran')\n")
    assert trace.outcome.kind in ("finished", "recorder failure")


def test_each_generator_is_an_actor_of_its_own_also_when_it_is_made_out_of_sight() -> None:
    trace = recorded(Path(__file__).parent / "observed" / "made_out_of_sight.py")
    entered = [step.receiver for step in trace.steps() if step.kind == "send"]
    assert len(entered) == len(set(entered)) == 3


def test_an_abandoned_async_generator_stays_one_actor_until_asyncio_has_closed_it() -> None:
    trace = recorded(Path(__file__).parent / "observed" / "abandoned_async_generator.py")
    agens = [index for index, actor in enumerate(trace.actors) if actor.kind == "async generator"]
    assert len(agens) == 1
    ends = [step for step in trace.steps() if step.giver == agens[0] and step.kind in ("return", "raise")]
    assert len(ends) == 1
    assert [piece.text for piece in trace.output] == ["after\n", "fin\n"]
