"""Children that behave in every way a recorder must not, each a real process."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from app.sandbox import Runner
from app.trace.limits import Limits

# What each of these programs begins with: it reads its request as the recorder does.
_PREAMBLE: Final = """
import json, mmap, os, signal, subprocess, sys, time
request = json.load(sys.stdin)
journal = mmap.mmap(request["journal"], 0)
"""

type RunnerOf = Callable[..., Runner]


@pytest.fixture
def runner_of() -> RunnerOf:
    """A runner whose children run the given program in place of the recorder."""

    def make(program: str, *, limits: Limits = Limits(wall_seconds=5), workers: int = 1, queue: int = 8) -> Runner:
        command = (sys.executable, "-c", _PREAMBLE + dedent(program))
        return Runner(limits, workers, queue, command)

    return make


def is_alive(pid: int) -> bool:
    """Whether a process is there and runs. Looks into /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process whose parent is gone may stay a moment as a zombie of the machine's first process.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
