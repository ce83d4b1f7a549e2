"""Children that behave in every way a recorder must not, each a real process."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from app.sandbox.cold import ColdChildren
from app.sandbox.runner import Runner
from app.trace.limits import Limits

# What each of these programs begins with: it reads its request as the recorder does.
_PREAMBLE: Final = """
import json, mmap, os, signal, subprocess, sys, time
request = json.load(sys.stdin)
journal = mmap.mmap(os.open(request["journal"], os.O_RDWR), 0)
"""

type RunnerOf = Callable[..., Runner]


@pytest.fixture
def runner_of() -> RunnerOf:
    """A runner whose children run the given program in place of the recorder."""

    def make(
        program: str, *, limits: Limits = Limits(wall_seconds=5), workers: int = 1, patience: float = 60
    ) -> Runner:
        return runner_of_command((sys.executable, "-c", _PREAMBLE + dedent(program)), limits, workers, patience)

    return make


def runner_of_command(command: Sequence[str], limits: Limits, workers: int = 1, patience: float = 60) -> Runner:
    """A runner that starts a command anew for each run."""
    return Runner(ColdChildren(limits, command), limits, workers, patience)


def is_alive(pid: int) -> bool:
    """Whether a process is there and runs. Looks into /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process whose parent is gone may stay a moment as a zombie of the machine's first process.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
