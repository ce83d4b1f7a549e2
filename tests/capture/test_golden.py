"""Real snippets give the steps that were read and found true, each kind of step among them."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from app.trace import Trace
from app.trace.narration import narrate_outcome
from app.trace.vocabulary import KINDS
from tests.capture.harness import record

SNIPPETS: Sequence[Path] = sorted(
    path for path in (Path(__file__).parent / "golden").glob("*.py") if not path.stem.startswith("_")
)


def written(trace: Trace) -> str:
    """The steps of a trace as a table, and how it ended."""

    def name(actor: int | None) -> str:
        return "-" if actor is None else f"{trace.actors[actor].name} #{actor}"

    rows = [
        (
            f"{index}",
            step.kind,
            f"{name(step.giver)} -> {name(step.receiver)}",
            "" if step.value is None else step.value,
            step.via or "",
            f"line {step.line}" if step.line else "",
            f"{step.time} s",
            "" if step.task is None else f"in {trace.actors[step.task].name}",
            "" if step.cause is None else f"by {step.cause}",
        )
        for index, step in enumerate(trace.steps())
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, narrate_outcome(trace.outcome), ""])


@cache
def recorded(snippet: Path) -> Trace:
    """The trace of a golden snippet."""
    return record(snippet.read_text("utf-8"))


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda path: path.stem)
def test_a_snippet_gives_the_steps_that_were_found_true(snippet: Path) -> None:
    assert written(recorded(snippet)) == snippet.with_suffix(".steps").read_text("utf-8")


def test_every_kind_of_step_has_a_golden_trace() -> None:
    assert {step.kind for snippet in SNIPPETS for step in recorded(snippet).steps()} == set(KINDS)
