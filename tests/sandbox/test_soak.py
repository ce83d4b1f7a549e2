"""Runs by the hundred, one in ten hostile: the others are answered right, and nothing piles up."""

import faulthandler
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from app.sandbox.layers import offered

ROOT: Final = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(not offered().seccomp, reason="the system cannot confine, and has no fork server"),
    pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at processes in /proc"),
]


def soak(runs: int, warm_up: int) -> None:
    # In a process of its own, whose children and whose memory are those of the soak.
    command = [sys.executable, "-m", "tests.sandbox.soak", str(runs), str(warm_up)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hundreds_of_runs_are_answered_right_and_leave_nothing() -> None:
    soak(runs=200, warm_up=100)


@pytest.mark.long
def test_twenty_thousand_runs_are_answered_right_and_leave_nothing() -> None:
    # It takes longer than a test may that is thought to hang.
    faulthandler.cancel_dump_traceback_later()
    soak(runs=20_000, warm_up=1_000)
