"""Run all measurements and print them as the tables of README.md."""

import json
import platform
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.programs import PROGRAMS

_ROUNDS = 5
_POSTS = 20
_ROOT = Path(__file__).parents[2]
_WAYS = ("plain", "plain loop", "viztracer", "recorded")

type Measured = Mapping[str, float]


def main() -> None:
    """Measure, and print."""
    print(f"CPython {platform.python_version()}, {platform.machine()}; medians of {_ROUNDS} rounds.\n")
    _print_row("program", "plain run", "plain loop", "viztracer", "Yieldscope", "steps/s", "bytes/step, raw", "gzip")
    _print_row(*["---"] * 8)
    for name, source in PROGRAMS.items():
        _print_row(name, *_capture_row(source))


def _capture_row(source: str) -> Sequence[str]:
    rounds: dict[str, list[Measured]] = defaultdict(list)
    for _ in range(_ROUNDS):
        for way in _WAYS:
            rounds[way].append(_measured(way, source))
    seconds = {way: statistics.median(one["seconds"] for one in rounds[way]) for way in _WAYS}
    recorded = rounds["recorded"][0]
    steps = recorded["steps"]
    plain = seconds["plain"]
    return (
        f"{plain * 1000:.1f} ms",
        f"{seconds['plain loop'] * 1000:.1f} ms",
        f"{seconds['viztracer'] * 1000:.1f} ms ({seconds['viztracer'] / plain:.1f}×)",
        f"{seconds['recorded'] * 1000:.1f} ms ({seconds['recorded'] / seconds['plain loop']:.1f}× the plain loop)",
        f"{steps / seconds['recorded']:,.0f}",
        f"{recorded['raw'] / steps:.1f}",
        f"{recorded['compressed'] / steps:.1f}",
    )


def _measured(way: str, source: str) -> Measured:
    command = [sys.executable, "-m", "tests.benchmarks.measure", way]
    child = subprocess.run(command, input=source, capture_output=True, text=True, check=True, cwd=_ROOT)
    result: Measured = json.loads(child.stdout)
    return result


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
