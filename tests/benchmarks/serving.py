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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from app.gallery import snippets
from tests.serving import served

_ROOT: Final = Path(__file__).parents[2]
_POSTS: Final = 300
_COLD_STARTS: Final = 30
_POSTING: Final = 32
_VIEWING: Final = 16
_VIEWS_A_SECOND: Final = 1600
_SECONDS: Final = 10

_SOURCE: Final = next(snippet.source for snippet in snippets() if snippet.number == 7)


def main() -> None:
    """Measure, and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        served(sys.executable, Path(folder), cwd=_ROOT, YIELDSCOPE_RUNS_PER_MINUTE="0") as address,
    ):
        ids = [_post(address)["id"] for _ in range(20)]
        warm = _seconds(lambda: _post(address), _POSTS)
        cold = _seconds(_cold, _COLD_STARTS)
        posted, viewed = _loaded(address, ids)
    print(f"From POST to stored trace, seventh gallery snippet: {_told(warm)} ({_POSTS} posts, one after the other).")
    print(f"A cold `python -I` start, and nothing else: {_told(cold)}.")
    print(f"{_POSTING} clients that post: {_told_load(posted)};")
    print(f"{_VIEWING} that view meanwhile, at most {_VIEWS_A_SECOND} times a second: {_told_load(viewed)}.")


def _post(address: str) -> Any:
    body = json.dumps({"source": _SOURCE}).encode()
    request = urllib.request.Request(f"{address}/api/traces", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def _cold() -> None:
    subprocess.run([sys.executable, "-I", "-c", "import asyncio"], check=True)


def _seconds(work: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return taken


def _loaded(address: str, ids: list[str]) -> list[Mapping[str, Any]]:
    kinds = [("post", _POSTING, 0), ("view", _VIEWING, _VIEWS_A_SECOND)]
    loads = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.benchmarks.clients",
                kind,
                address,
                *map(str, (number, rate, _SECONDS)),
                *ids,
            ],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for kind, number, rate in kinds
    ]
    for load in loads:
        assert load.stdin is not None
        load.stdin.write(_SOURCE)
        load.stdin.close()
        load.stdin = None
    return [json.loads(load.communicate()[0]) for load in loads]


def _told(seconds: list[float]) -> str:
    milliseconds = [second * 1000 for second in seconds]
    return f"median {statistics.median(milliseconds):.1f} ms, p99 {_percentile(milliseconds, 99):.1f} ms"


def _told_load(load: Mapping[str, Any]) -> str:
    rate = load["answers"] / _SECONDS
    others = f", and otherwise {load['otherwise']}" if load["otherwise"] else ""
    taken = load["taken"]
    return (
        f"{rate:,.0f} a second, median {statistics.median(taken):.1f} ms, p99 {_percentile(taken, 99):.1f} ms{others}"
    )


def _percentile(numbers: list[float], percent: int) -> float:
    return statistics.quantiles(numbers, n=100)[percent - 1]


if __name__ == "__main__":
    main()
