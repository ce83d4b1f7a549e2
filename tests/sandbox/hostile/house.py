"""A sandbox behind one fallback, kept for all the snippets it is tried with, and what may not change in it."""

import asyncio
import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from app.sandbox.layers import Layers
from app.sandbox.runner import Recorded, Runner
from app.trace import Trace
from tests.processes import children_of
from tests.sandbox.hostile.fallbacks import LIMITS, Fallback
from tests.sandbox.hostile.snippets import MARK, SCRATCH, Hostile

# Goes on for several iterations of a loop, and prints, calls and waits: whatever slows or disturbs it shows.
HARMLESS: Final = """\
import asyncio

async def tick(name, seconds):
    for number in range(3):
        await asyncio.sleep(seconds)
        print(name, number)
    return name

async def main():
    print(await asyncio.gather(tick("a", 1), tick("b", 1.5)))

asyncio.run(main())
"""

_PAUSE: Final = 0.2
"""Seconds between two harmless runs beside a hostile one that takes its time."""

_PR_SET_CHILD_SUBREAPER: Final = 36

# How long what was killed may take to be gone.
_PATIENCE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Attack:
    """What came of a hostile run, and of the harmless ones that went on beside it."""

    hostile: Trace
    beside: list[Trace]


class House:
    """One fork server and those who run there: the hostile in one place, the harmless in another."""

    def __init__(self, fallback: Fallback) -> None:
        self._children: Final = fallback.children(workers=2)
        self._runner = Runner(self._children, LIMITS, workers=2, patience=60)
        self._alone: Trace | None = None

    @property
    def layers(self) -> Layers:
        """Those in force."""
        return self._children.layers

    async def open(self) -> None:
        """Start the fork server, and see what a harmless run records when nobody disturbs it."""
        await self._runner.open()
        self._alone = await self._recorded(HARMLESS)

    async def close(self) -> None:
        """End the fork server."""
        await self._runner.close()

    def alone(self) -> bytes:
        """What a harmless run records when nobody disturbs it."""
        assert self._alone is not None
        return self._alone.to_json()

    async def attack(self, snippet: Hostile, secret: str) -> Attack:
        """Run a hostile snippet, and harmless ones beside it until it has ended; one at least."""
        # Children and deadline are two things: a runner with another deadline does with the same children.
        self._runner = Runner(self._children, replace(LIMITS, wall_seconds=snippet.seconds), workers=2, patience=60)
        hostile = asyncio.create_task(self._recorded(snippet.program(secret)))
        # It has taken its place before the other one asks.
        await asyncio.sleep(0)
        beside = [await self._recorded(HARMLESS)]
        while not hostile.done():
            await asyncio.wait([hostile], timeout=_PAUSE)
            beside.append(await self._recorded(HARMLESS))
        return Attack(await hostile, beside)

    async def _recorded(self, source: str) -> Trace:
        result = await self._runner.run(source)
        assert isinstance(result, Recorded), result
        return result.trace

    def fork_server(self) -> tuple[int, bool]:
        """The process that was started as the fork server, and whether it answers."""
        running = self._children._fork_server
        assert running is not None
        return running._process.pid, running.answers

    def processes(self) -> set[int]:
        """The fork server, what it is started through, and all that descend from it."""
        found: set[int] = set()
        pending = {self.fork_server()[0]}
        while pending:
            pid = pending.pop()
            found.add(pid)
            pending |= set(children_of(pid)) - found
        return found

    def descriptors(self) -> dict[int, int]:
        """How many files each of these processes has open, but bubblewrap, which keeps none of the runs'."""
        return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in self.processes() if _may_look_into(pid)}


def _may_look_into(pid: int) -> bool:
    try:
        os.listdir(f"/proc/{pid}/fd")
    except PermissionError:
        return False
    return True


def heirs() -> set[int]:
    """The children of this process, among them whoever fled from a fork server, see `inheriting`."""
    return set(children_of(os.getpid()))


@contextmanager
def inheriting() -> Iterator[None]:
    """Be the one who gets the children of processes that end, so that nobody can flee unseen."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def litter() -> set[str]:
    """The files in the places where anybody may make some that bear the mark of a snippet, or its user."""
    found: set[str] = set()
    for folder in SCRATCH:
        with os.scandir(folder) as entries:
            found |= {entry.path for entry in entries if MARK in entry.name or _is_sandboxed(entry)}
    return found


def _is_sandboxed(entry: os.DirEntry[str]) -> bool:
    try:
        return 60_600 <= entry.stat(follow_symlinks=False).st_uid <= 61_100
    except FileNotFoundError:
        return False


async def until_quiet(house: House, before: set[int]) -> set[int]:
    """The processes that are there in addition to those before, once there are none or time is up."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    while more := house.processes() - before:
        if asyncio.get_running_loop().time() > deadline:
            break
        await asyncio.sleep(0.005)
    return more
