"""How tests record: real snippets, in real children."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.trace import Trace

ROOT = Path(__file__).parents[2]


def record_all(sources: Iterable[str], python: str = sys.executable) -> Sequence[Trace]:
    """The traces of snippets, recorded one after the other in one child."""
    requests = "".join(json.dumps(source) + "\n" for source in sources)
    child = subprocess.run(
        [python, "-s", "-B", "-m", "tests.capture.batch"],
        input=requests.encode(),
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    return [Trace.from_json(line) for line in child.stdout.splitlines()]


def record(source: str) -> Trace:
    """The trace of one snippet."""
    return record_all([source])[0]


def hops(trace: Trace, kinds: frozenset[str]) -> list[tuple[str, str | None, str | None, str | None]]:
    """The steps of some kinds: kind, giver's name, receiver's name, value.

    What happens while Python itself closes a generator that nothing refers to is left out.
    """

    def name(actor: int | None) -> str | None:
        return None if actor is None else trace.actors[actor].name

    found = []
    finalized: list[int | None] = []
    for step in trace.steps():
        if step.kind == "close" and step.via == "finalizer":
            finalized.append(step.receiver)
        elif finalized:
            if step.giver == finalized[-1] and step.via == "finalizer":
                finalized.pop()
        elif step.kind in kinds:
            found.append((step.kind, name(step.giver), name(step.receiver), step.value))
    return found
