"""How quickly the server answers: `python -m tests.benchmarks.serving`. Prints the lines of README.md.

Warm runs beside cold starts of an interpreter, in one run; then many clients at once, of whom some
have snippets recorded and others only look.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from app.gallery import snippets
from tests.serving import served

_ROOT: Final = Path(__file__).parents[2]
_COLD_STARTS: Final = 30
_SECONDS: Final = 10

_SOURCE: Final = next(snippet.source for snippet in snippets() if snippet.number == 7)


class _Clients(NamedTuple):
    """So many clients of a kind, see `clients`; `rate` is 0 for as often as they are answered."""

    kind: str
    number: int
    rate: int = 0


_ALONE: Final = _Clients("post", 1)
_CLASS: Final = _Clients("post", 32)
_VIEWERS: Final = _Clients("view", 16, 1600)


def main() -> None:
    """Measure, and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(sys.executable, Path(folder), cwd=_ROOT, YIELDSCOPE_RUNS_PER_MINUTE="0") as address,
    ):
        ids = [_posted(address) for _ in range(20)]
        [alone] = _loaded(address, ids, _ALONE)
        cold = sorted(_cold_start() for _ in range(_COLD_STARTS))
        [posted] = _loaded(address, ids, _CLASS)
        both = _loaded(address, ids, _CLASS, _VIEWERS)
    print(f"From POST to stored trace, seventh gallery snippet: {_told(alone['taken'])}.")
    print(f"A cold `python -I` start, and nothing else: {_told(cold)}.")
    print(f"{_CLASS.number} clients that post: {_rate(posted)}.")
    print(f"{_CLASS.number} that post: {_rate(both[0])}; and {_VIEWERS.number} that view meanwhile: {_rate(both[1])}.")


def _posted(address: str) -> str:
    body = json.dumps({"source": _SOURCE}).encode()
    request = urllib.request.Request(f"{address}/api/traces", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["id"])


def _cold_start() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", "import asyncio"], check=True)
    return (time.perf_counter() - began) * 1000


def _loaded(address: str, ids: Sequence[str], *kinds: _Clients) -> list[Mapping[str, Any]]:
    loads = []
    for kind, number, rate in kinds:
        arguments = (kind, address, *map(str, (number, rate, _SECONDS)), *ids)
        command = [sys.executable, "-m", "tests.benchmarks.clients", *arguments]
        loads.append(subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for load in loads:
        assert load.stdin is not None
        load.stdin.write(_SOURCE)
        load.stdin.close()
        load.stdin = None
    return [json.loads(load.communicate()[0]) for load in loads]


def _rate(load: Mapping[str, Any]) -> str:
    others = f", and otherwise {load['otherwise']}" if load["otherwise"] else ""
    return f"{load['answers'] / _SECONDS:,.0f} a second ({_told(load['taken'])}{others})"


def _told(milliseconds: Sequence[float]) -> str:
    worst = statistics.quantiles(milliseconds, n=100)[98]
    return f"median {statistics.median(milliseconds):.1f} ms, p99 {worst:.1f} ms"


if __name__ == "__main__":
    main()
