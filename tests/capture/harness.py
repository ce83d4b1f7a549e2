"""How tests record: real snippets, in real children."""

import asyncio
import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.sandbox.cold import ColdChildren
from app.sandbox.layers import offered
from app.sandbox.runner import Recorded, Runner
from app.sandbox.warm import WarmChildren
from app.trace import Outcome, Trace
from app.trace.limits import Limits
from app.trace.vocabulary import ENTERS
from tests.capture.probes import Hop, Numbers, Told

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


def record(source: str, limits: Limits | None = None, *, confined: bool = True) -> Trace:
    """The trace of one snippet, recorded in a child of its own as the server does it.

    Not `confined`, a snippet may send itself signals.
    """
    house = _house(limits or Limits(), confined=confined)
    answer = house.loop.run(house.runner.run(source))
    assert isinstance(answer, Recorded)
    return answer.trace


@dataclass(frozen=True, slots=True)
class _House:
    """A fork server of the tests' own, which runs until they end, and the loop that it is spoken to from."""

    loop: asyncio.Runner
    runner: Runner


@cache
def _house(limits: Limits, *, confined: bool) -> _House:
    layers = offered()
    children = WarmChildren(limits, 1, layers) if confined and layers.seccomp else ColdChildren(limits)
    house = _House(asyncio.Runner(), Runner(children, limits, workers=1, patience=0))
    atexit.register(lambda: house.loop.run(house.runner.close()))
    return house


END: Final = "end"


def told(trace: Trace) -> Told:
    """The steps into frames and out of them, and the lines on standard output, as `probes` logs them.

    The inner end of a link is numbered. That Python itself closes a generator that nothing refers
    to, and how that answers, is left out: no user of it is there; and so is all that the garbage
    collector does, after the module has printed `END`.
    """
    numbers = Numbers()
    found: list[Hop] = []
    finalized: list[int | None] = []
    for step in trace.steps():
        if step.kind == "print" and step.value == END:
            break
        if step.kind not in _HOPS:
            continue
        if step.kind == "close" and step.via == "finalizer":
            finalized.append(step.receiver)
            continue
        leaves = step.kind in _LEAVES
        inner, user = (step.giver, step.receiver) if leaves else (step.receiver, step.giver)
        if leaves and finalized and inner == finalized[-1]:
            finalized.pop()
            continue
        names = [None if user is None else trace.actors[user].name, _numbered(numbers, trace, inner)]
        giver, receiver = reversed(names) if leaves else names
        found.append((step.kind, giver, receiver, step.value, None if step.kind == "yield" else step.via))
    printed = "".join(piece.text for piece in trace.output if piece.stream == "stdout")
    return Told(found, printed.splitlines())


_LEAVES: Final = frozenset({"yield", "return", "raise"})
_HOPS: Final = ENTERS | _LEAVES | {"refuse"}


def _numbered(numbers: Numbers, trace: Trace, actor: int | None) -> str | None:
    return None if actor is None else numbers.name(trace.actors[actor].name, actor)
