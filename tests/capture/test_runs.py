"""A recorded run: deterministic, bounded, and honest about how it ended."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.trace.limits import Limits
from tests.capture.harness import ROOT, record
from tests.capture.test_golden import SNIPPETS, recorded

_FEW = replace(Limits(), steps=500, cpu_seconds=1, wall_seconds=30.0, output_bytes=20_000, memory_mib=128)

_ASYNC_WAIT_FOREVER = """
import asyncio
async def waits():
    await asyncio.get_running_loop().create_future()
async def main():
    await asyncio.gather(waits(), waits())
asyncio.run(main())
"""


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda path: path.stem)
def test_the_same_snippet_gives_the_same_bytes_in_another_process(snippet: Path) -> None:
    trace = recorded(snippet)
    assert record(trace.source).to_json() == trace.to_json()


def test_what_addresses_and_hashes_and_time_look_like_is_the_same_in_every_run() -> None:
    source = """
import random, time
print(object(), {str(n) for n in range(5)}, random.random(), time.time(), time.perf_counter_ns())
"""
    assert record(source).to_json() == record(source).to_json()


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("def g():\n    while True:\n        yield\nfor x in g():\n    pass\n", "step limit", 4),
        ("next(iter([1]))\nwhile True:\n    pass\n", "cpu limit", 2),
        ("import signal\nsignal.raise_signal(19)\n", "time limit", None),
        ("while True:\n    print('x' * 99)\n", "output limit", 2),
        ("while True:\n    print('x' * 99, end='')\n", "output limit", 2),
        ("kept = []\nwhile True:\n    kept.append(bytes(2**20))\n", "memory limit", 3),
        (_ASYNC_WAIT_FOREVER, "deadlock", None),
        (
            "import asyncio\nasync def main():\n    await asyncio.sleep(float('inf'))\nasyncio.run(main())\n",
            "deadlock",
            None,
        ),
        ("import os\nos._exit(3)\n", "crash", None),
        ("import signal\nsignal.raise_signal(11)\n", "crash", None),
        ("async def main():\n    pass\n", "never ran", 1),
        ("async def main():\n    pass\nmain()\n", "never ran", 1),
        ("raise SystemExit(4)\n", "exit", 1),
        ("def f():\n    raise KeyError('k')\nf()\n", "exception", 2),
        ("x = (\n", "syntax error", 1),
        ("x = 1\n\0\n", "syntax error", 1),
        ("(" * 5000 + ")" * 5000, "syntax error", 1),
        ("", "finished", None),
    ],
)
def test_a_run_says_how_and_where_it_ended(source: str, kind: str, line: int | None) -> None:
    limits = replace(_FEW, wall_seconds=2.0) if kind == "time limit" else _FEW
    outcome = record(source, limits, confined=".raise_signal(" not in source).outcome
    assert (outcome.kind, outcome.line) == (kind, line)


@pytest.mark.parametrize("ending", ["os._exit(0)", "signal.raise_signal(9)", "while True: pass"])
def test_a_run_that_is_cut_keeps_every_step_up_to_there(ending: str) -> None:
    source = f"import os, signal\ndef g():\n    yield 'last words'\nsteps = g()\nprint(next(steps))\n{ending}\n"
    trace = record(source, _FEW, confined=".raise_signal(" not in source)
    assert [step.kind for step in trace.steps()] == ["create", "send", "yield", "print"]
    assert [piece.text for piece in trace.output] == ["last words\n"]


def test_a_line_that_was_begun_is_kept_where_a_limit_cuts_the_run() -> None:
    trace = record("print('so far', end='')\nwhile True:\n    pass\n", _FEW)
    assert trace.outcome.kind == "cpu limit"
    assert [piece.text for piece in trace.output] == ["so far"]


def test_a_deadlock_names_the_tasks_that_wait() -> None:
    assert record(_ASYNC_WAIT_FOREVER).outcome.waiting == ("Task-1", "Task-2", "Task-3")


def test_endless_recursion_ends_as_it_does_without_the_recorder() -> None:
    trace = record(
        "def f(n):\n    return f(n + 1)\ntry:\n    f(0)\nexcept RecursionError as error:\n    print(error)\n"
    )
    assert trace.outcome.kind == "finished"
    assert trace.output[0].text == "maximum recursion depth exceeded\n"


@pytest.mark.parametrize("seconds", [1e7 + 0.1, 1e9, 1e15])
def test_a_timer_is_due_however_late_it_is(seconds: float) -> None:
    trace = record(f"import asyncio\nasyncio.run(asyncio.sleep({seconds!r}))\nprint('awake')\n", _FEW)
    assert (trace.outcome.kind, [piece.text for piece in trace.output]) == ("finished", ["awake\n"])
    assert max(step.time for step in trace.steps()) == seconds


def test_an_hour_of_sleep_takes_no_time_and_shows_on_every_clock() -> None:
    trace = record("""
import asyncio, time
async def main():
    began = time.monotonic()
    await asyncio.sleep(3600)
    time.sleep(0.5)
    print(time.monotonic() - began)
asyncio.run(main())
""")
    assert trace.output[0].text == "3600.5\n"
    assert max(step.time for step in trace.steps()) == 3600.5


_CHILD = "multiprocessing.get_context({!r}).Process(target=print).start()"


@pytest.mark.parametrize(
    ("asks", "what"),
    [
        *((_CHILD.format(method), "process") for method in ("fork", "spawn", "forkserver")),
        ("signal.pause()", "signal"),
        ("signal.raise_signal(signal.SIGUSR1)", "signal"),
        ("signal.sigwait([signal.SIGUSR1])", "signal"),
        ("signal.sigwaitinfo([])", "signal"),
        ("signal.sigtimedwait([], 9)", "signal"),
        ("asyncio.run(asyncio.new_event_loop().connect_read_pipe(asyncio.Protocol, sys.stdin))", "input"),
        ("asyncio.new_event_loop().add_reader(0, print)", "input"),
    ],
)
def test_what_the_sandbox_lacks_is_refused_at_the_line_that_asks_for_it(asks: str, what: str) -> None:
    trace = record(f"import asyncio, multiprocessing, signal, sys\n{asks}\n")
    refused = [(step.via, step.line) for step in trace.steps() if step.kind == "refuse"]
    assert refused == [(what, 2)]
    assert (trace.outcome.type, trace.outcome.line) == ("PermissionError", 2)


def test_what_another_thread_prints_is_not_lost() -> None:
    trace = record("""
import asyncio
def work():
    print("elsewhere")
    return "result"
async def main():
    print(await asyncio.to_thread(work))
asyncio.run(main())
""")
    assert [piece.text for piece in trace.output] == ["elsewhere\n", "result\n"]


def test_a_thread_that_waits_for_the_loop_does_not_hold_it_up() -> None:
    trace = record("""
import asyncio
async def answer():
    await asyncio.sleep(0.1)
    return "from the loop"
async def main():
    loop = asyncio.get_running_loop()
    def ask():
        return asyncio.run_coroutine_threadsafe(answer(), loop).result()
    print(await asyncio.to_thread(ask))
asyncio.run(main())
""")
    assert [piece.text for piece in trace.output] == ["from the loop\n"]
    assert trace.outcome.kind == "finished"


def test_what_ends_a_snippet_is_told_as_python_tells_it_of_the_snippets_frames_alone() -> None:
    trace = record("""
class Loud(Exception):
    def __str__(self):
        print("ran")
        return "loud"
def fails():
    raise Loud(1, "two")
fails()
""")
    output = "".join(piece.text for piece in trace.output)
    assert output.startswith(
        'ran\nTraceback (most recent call last):\n  File "snippet.py", line 8, in <module>\n    fails()\n'
    )
    assert output.endswith("Loud: loud\n")


def test_the_debug_mode_of_asyncio_has_the_steps_of_any_other() -> None:
    source = """
import asyncio
async def main():
    await asyncio.sleep(1)
    asyncio.get_running_loop().call_later(1, print, "never").cancel()
asyncio.run(main(), debug={})
"""
    assert [*record(source.format(True)).steps()] == [*record(source.format(False)).steps()]


def test_an_exception_that_python_ignores_is_told_as_python_tells_it(tmp_path: Path) -> None:
    source = """
def stubborn():
    try:
        yield 1
    finally:
        yield 2
def fails():
    try:
        yield 1
    finally:
        raise ValueError("in finally") from KeyError("behind it")
one, other = stubborn(), fails()
next(one), next(other)
del one
del other
"""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(source, "utf-8")
    alone = subprocess.run([sys.executable, snippet.name], capture_output=True, text=True, cwd=tmp_path, check=False)
    told = "".join(piece.text for piece in record(source).output)
    # But for the name of the generator.
    assert _below_the_heading(told) == _below_the_heading(alone.stderr.replace(str(snippet), snippet.name))


def _below_the_heading(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("Exception ignored in")]


def test_the_recorder_ends_where_it_fails_and_the_snippet_runs_on() -> None:
    trace = record("""
import sys
def g():
    yield 1
next(g())
sys.modules["app.capture.recorder"].Recorder.where = None
next(g())
print("still here")
""")
    assert trace.outcome.kind == "recorder failure"
    assert [piece.text for piece in trace.output] == ["still here\n"]


def test_the_child_speaks_through_its_journal_alone() -> None:
    child = subprocess.run(
        [sys.executable, "-P", "-s", "-B", "-m", "app.capture"], input=b"{", capture_output=True, cwd=ROOT, check=False
    )
    assert (child.returncode != 0, child.stdout) == (True, b"")


def test_a_chain_of_five_hundred_links_is_told_link_by_link() -> None:
    source = "def chain(n):\n    if n:\n        yield from chain(n - 1)\n    else:\n        yield 'deep'\n"
    trace = record(f"{source}print(list(chain(500)))\n")
    kinds = Counter(step.kind for step in trace.steps())
    # Down to the innermost for its value, and down again for its end; up with each.
    assert kinds == {"create": 501, "send": 2 * 501, "yield": 501, "return": 501, "print": 1}


def test_names_that_a_snippet_takes_from_the_library_are_found_by_it_alone() -> None:
    trace = record("import sys\nsys._getframe = None\ndef g(): yield 1\nprint(*g())\n")
    assert (trace.outcome.kind, [piece.text for piece in trace.output]) == ("finished", ["1\n"])
