"""The observer changes nothing: a snippet prints under the recorder what it prints without it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.capture.harness import record
from tests.capture.test_golden import SNIPPETS

OBSERVED = sorted((Path(__file__).parent / "observed").glob("*.py"))


@pytest.mark.parametrize("snippet", [*OBSERVED, *SNIPPETS], ids=lambda path: path.stem)
def test_a_snippet_prints_what_it_prints_without_the_recorder(snippet: Path) -> None:
    alone = subprocess.run([sys.executable, snippet], capture_output=True, text=True, check=False)
    trace = record(snippet.read_text("utf-8"))
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
    trace = record((Path(__file__).parent / "observed" / "made_out_of_sight.py").read_text("utf-8"))
    entered = [step.receiver for step in trace.steps() if step.kind == "send"]
    assert len(entered) == len(set(entered)) == 3


def test_an_abandoned_async_generator_stays_one_actor_until_asyncio_has_closed_it() -> None:
    trace = record((Path(__file__).parent / "observed" / "abandoned_async_generator.py").read_text("utf-8"))
    agens = [index for index, actor in enumerate(trace.actors) if actor.kind == "async generator"]
    assert len(agens) == 1
    ends = [step for step in trace.steps() if step.giver == agens[0] and step.kind in ("return", "raise")]
    assert len(ends) == 1
    assert [piece.text for piece in trace.output] == ["after\n", "fin\n"]
