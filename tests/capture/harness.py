"""How tests record: real snippets, in real children."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.sandbox import Recorded, Runner
from app.trace import Outcome, Trace
from app.trace.limits import Limits
from app.trace.vocabulary import ENTERS
from tests.capture.pep380 import Numbers

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Plain:
    """What a snippet does where nobody looks: what it wrote, as `(stream, text)`, and how it ended.

    Whom a deadlock keeps waiting it does not say: `outcome.waiting` is empty.
    """

    pieces: Sequence[tuple[str, str]]
    outcome: Outcome


def record_all(sources: Iterable[str]) -> Sequence[Trace]:
    """The traces of snippets, recorded one after the other in one child."""
    return [Trace.from_json(line) for line in _batch("recorded", sources)]


def run_plainly(sources: Iterable[str]) -> Sequence[Plain]:
    """What snippets do without the recorder, one after the other in one child.

    One that would wait forever is the last.
    """
    ran = map(json.loads, _batch("plain", sources))
    return [Plain(pieces, Outcome(**{**outcome, "waiting": ()})) for pieces, outcome in ran]


def _batch(how: str, sources: Iterable[str]) -> Sequence[bytes]:
    requests = "".join(json.dumps(source) + "\n" for source in sources)
    child = subprocess.run(
        [sys.executable, "-s", "-B", "-m", "tests.capture.batch", how],
        input=requests.encode(),
        capture_output=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]},
        check=False,
    )
    assert child.returncode == 0, child.stderr.decode()
    return child.stdout.splitlines()


def record(source: str, limits: Limits | None = None) -> Trace:
    """The trace of one snippet, recorded in a child of its own as the server does it."""
    answer = asyncio.run(Runner(limits or Limits(), workers=1, queue=0).run(source))
    assert isinstance(answer, Recorded)
    return answer.trace


def hops(trace: Trace, kinds: frozenset[str]) -> list[tuple[str, str | None, str | None, str | None]]:
    """The steps of some kinds: kind, giver's name, receiver's name, value.

    The inner end of a link is numbered, as `pep380` numbers it. What happens while Python itself
    closes a generator that nothing refers to is left out.
    """
    numbers = Numbers()

    def name(actor: int | None, *, numbered: bool) -> str | None:
        if actor is None or not numbered:
            return None if actor is None else trace.actors[actor].name
        return numbers.name(trace.actors[actor].name, actor)

    found = []
    finalized: list[int | None] = []
    for step in trace.steps():
        if step.kind == "close" and step.via == "finalizer":
            finalized.append(step.receiver)
        elif finalized:
            if step.giver == finalized[-1] and (step.kind == "yield" or step.via == "finalizer"):
                finalized.pop()
        elif step.kind in kinds:
            down = step.kind in ENTERS
            giver, receiver = name(step.giver, numbered=not down), name(step.receiver, numbered=down)
            found.append((step.kind, giver, receiver, step.value))
    return found
