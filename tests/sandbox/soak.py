"""A soak: thousands of runs, one in ten hostile, and after them all is as it was before.

`python -m tests.sandbox.soak 20000 1000` does so many runs after so many others, and prints the figures; where
something is wrong with them it says what, and ends with status 1. The process is to have no other children.
"""

import asyncio
import gc
import logging
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.gallery import snippets
from app.sandbox.layers import offered
from app.sandbox.runner import Recorded, Refused, Runner
from app.sandbox.warm import WarmChildren
from app.trace.limits import Limits
from tests.processes import children_of, fork_server_of
from tests.spoiling import SPOILING

_WORKERS: Final = 2
_ONE_IN: Final = 10
"""One run of so many is hostile."""

_TOLERANCE: Final = 16 * 2**20
"""What an allocator keeps for later differs by some; what each of twenty thousand runs leaves would be more."""

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

LIMITS: Final = Limits(cpu_seconds=1, wall_seconds=20, memory_mib=128, steps=20_000, ledger_bytes=4 * 1024 * 1024)

HOSTILE: Final = {
    "memory hog": "held = []\nwhile True:\n    held.append(bytearray(1 << 20))\n",
    "spin": "while True:\n    pass\n",
    "spin in C": "10 ** 10 ** 9\n",
    "exit": "import os\nos._exit(3)\n",
    "segmentation fault": "import ctypes\nctypes.string_at(0)\n",
    "flood of output": "while True:\n    print('x' * 1000)\n",
    "spoiler": SPOILING,
    "threads": "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(9,)).start()\n",
    "closed descriptors": "import os\nos.closerange(0, 1000)\n",
    "abort": "import os\nos.abort()\n",
}

# Python's own way to spend a second of the processor is the slowest of them: one of a hundred is enough.
_SLOW: Final = frozenset({"spin", "spin in C"})


@dataclass
class Figures:
    """What was seen, and what is left."""

    harmless: int = 0
    hostile: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Harmless runs that were not answered with the right trace."""

    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory: tuple[int, int] = (0, 0)
    """Of this process, in bytes: after the warm-up and at the end."""

    memory_of_fork_server: tuple[int, int] = (0, 0)
    descriptors: tuple[int, int] = (0, 0)
    descriptors_of_fork_server: tuple[int, int] = (0, 0)
    threads: tuple[int, int] = (0, 0)
    orphans: list[int] = field(default_factory=list)
    replaced: bool = False
    """Whether the fork server at the end is another one than at the beginning."""

    def complaints(self) -> list[str]:
        """What should not have been, in words."""
        grown = {
            "the memory of this process": (self.memory, _TOLERANCE),
            "the memory of the fork server": (self.memory_of_fork_server, _TOLERANCE),
            "the number of descriptors of this process": (self.descriptors, 0),
            "the number of descriptors of the fork server": (self.descriptors_of_fork_server, 0),
            "the number of threads": (self.threads, 0),
        }
        return [
            *(f"a harmless run was answered with another trace: {run}" for run in self.wrong),
            *(f"a harmless run was refused: {reason}" for reason in self.refused),
            *(f"the process {pid} was left behind" for pid in self.orphans),
            *(["the fork server was replaced"] if self.replaced else []),
            *(f"{what} grew" for what, ((before, after), most) in grown.items() if after - before > most),
        ]

    def __str__(self) -> str:
        mib = "MiB after the warm-up and at the end"
        descriptors = self.descriptors_of_fork_server
        return "\n".join(
            [
                f"{self.harmless} harmless runs, {len(self.wrong)} answered wrongly, {len(self.refused)} refused",
                f"{self.hostile.total()} hostile runs: {dict(self.hostile)}",
                f"{self.seconds:.0f} s, {(self.harmless + self.hostile.total()) / self.seconds:.0f} runs/s",
                f"this process: {_in_mib(self.memory)} {mib}, descriptors {self.descriptors}, threads {self.threads}",
                f"fork server: {_in_mib(self.memory_of_fork_server)} {mib}, descriptors {descriptors}",
                *(f"WRONG: {complaint}" for complaint in self.complaints()),
            ]
        )


def soaked(runs: int, warm_up: int) -> Figures:
    """Run so many snippets, after a warm-up of the same kind."""
    return asyncio.run(_soaked(runs, warm_up))


async def _soaked(runs: int, warm_up: int) -> Figures:
    runner = Runner(WarmChildren(LIMITS, _WORKERS, offered()), LIMITS, _WORKERS, patience=1e9)
    sources = [snippet.source for snippet in snippets()]
    await runner.open()
    await _fill_pool()
    try:
        references = [_document(await runner.run(source)) for source in sources]
        await _run(runner, sources, references, warm_up, Figures())
        fork_server = fork_server_of(os.getpid())
        assert fork_server is not None
        before = _sizes(fork_server)
        figures = Figures()
        began = time.monotonic()
        await _run(runner, sources, references, runs, figures)
        figures.seconds = time.monotonic() - began
        at_the_end = fork_server_of(os.getpid())
        figures.replaced = at_the_end != fork_server
        assert at_the_end is not None
        # The last children are reaped before the last run is answered.
        figures.orphans = children_of(at_the_end)
        after = _sizes(at_the_end)
    finally:
        await runner.close()
    figures.memory = before[0], after[0]
    figures.memory_of_fork_server = before[1], after[1]
    figures.descriptors = before[2], after[2]
    figures.descriptors_of_fork_server = before[3], after[3]
    figures.threads = before[4], after[4]
    figures.orphans += children_of(os.getpid())
    return figures


async def _fill_pool() -> None:
    """Let the event loop have all of its threads: each of them has some MiB for itself once it has worked."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_WORKERS))
    all_there = threading.Barrier(_WORKERS)
    await asyncio.gather(*(asyncio.to_thread(all_there.wait) for _ in range(_WORKERS)))


async def _run(runner: Runner, sources: list[str], references: list[bytes], runs: int, figures: Figures) -> None:
    numbers = iter(range(runs))
    names = list(HOSTILE)

    async def client() -> None:
        for number in numbers:
            if number % _ONE_IN == 0:
                name = names[number // _ONE_IN % len(names)]
                if name in _SLOW and number // _ONE_IN // len(names) % 10:
                    name = "exit"
                await runner.run(HOSTILE[name])
                figures.hostile[name] += 1
                continue
            which = number % len(sources)
            answer = await runner.run(sources[which])
            figures.harmless += 1
            if isinstance(answer, Refused):
                figures.refused.append(answer.reason)
            elif answer.trace.to_json() != references[which]:
                figures.wrong.append(f"{which}: {answer.trace.outcome}")

    async with asyncio.TaskGroup() as clients:
        for _ in range(2 * _WORKERS):
            clients.create_task(client())


def _document(answer: Recorded | Refused) -> bytes:
    assert isinstance(answer, Recorded)
    assert answer.trace.outcome.kind == "finished"
    return answer.trace.to_json()


def _sizes(fork_server: int) -> tuple[int, int, int, int, int]:
    gc.collect()
    own = os.getpid()
    return _memory_of(own), _memory_of(fork_server), _descriptors_of(own), _descriptors_of(fork_server), _threads()


def _threads() -> int:
    return threading.active_count()


def _memory_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def _descriptors_of(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _in_mib(sizes: tuple[int, int]) -> str:
    return " → ".join(f"{size / 2**20:.1f}" for size in sizes)


if __name__ == "__main__":
    logging.disable()
    seen = soaked(*map(int, sys.argv[1:]))
    print(seen)
    sys.exit(bool(seen.complaints()))
