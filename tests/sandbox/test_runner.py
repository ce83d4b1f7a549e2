"""Whatever a child does, the runner answers in time, and nothing of the child stays behind."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app.sandbox.child import RUNTIME
from app.sandbox.runner import Recorded, Refused, Runner
from app.trace import Outcome, Trace
from app.trace.limits import Limits
from app.trace.narration import narrate, narrate_outcome
from tests.sandbox.conftest import is_alive, runner_of_command

type RunnerOf = Callable[..., Runner]

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks at processes in /proc")

BRIEF = Limits(wall_seconds=0.5)


def outcome_of(result: Recorded | Refused) -> Outcome:
    assert isinstance(result, Recorded)
    return result.trace.outcome


def run(runner: Runner, source: str = "pass") -> Recorded | Refused:
    return asyncio.run(runner.run(source))


type Children = Callable[[], set[str]]


@pytest.fixture
def children() -> Children:
    """The processes that the test has to answer for, be they running or not yet reaped."""

    def listed() -> set[str]:
        return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())

    others = listed()
    return lambda: listed() - others


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("", Outcome("crash", message="exit status 0")),
        ("sys.exit(3)", Outcome("crash", message="exit status 3")),
        ("os.abort()", Outcome("crash", message="signal SIGABRT")),
        ("os.kill(os.getpid(), 40)", Outcome("crash", message="signal 40")),
        ("os.kill(os.getpid(), signal.SIGXCPU)", Outcome("cpu limit", limit=5)),
        ("os.kill(os.getpid(), signal.SIGKILL)", Outcome("crash", message="signal SIGKILL")),
    ],
)
def test_a_child_that_writes_nothing_leaves_a_trace_that_says_how_it_ended(
    runner_of: RunnerOf, program: str, expected: Outcome
) -> None:
    result = run(runner_of(program), "x = 1\n")
    assert isinstance(result, Recorded)
    assert result.trace.outcome == expected
    assert len(result.trace) == 0
    assert result.trace.source == "x = 1\n"
    assert result.trace.runtime == RUNTIME


def test_a_child_that_was_killed_for_its_processor_time_reached_the_cpu_limit(runner_of: RunnerOf) -> None:
    program = """
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
        while True: pass
    """
    runner = runner_of(program, limits=Limits(cpu_seconds=1, wall_seconds=20))
    assert outcome_of(run(runner)) == Outcome("cpu limit", limit=1)


def test_a_child_that_hangs_is_ended_at_the_deadline(runner_of: RunnerOf, children: Children) -> None:
    began = time.monotonic()
    result = run(runner_of("signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", limits=BRIEF))
    assert outcome_of(result) == Outcome("time limit", limit=0.5)
    assert time.monotonic() - began < 5
    assert not children()


def test_a_child_that_does_not_read_its_request_is_ended_at_the_deadline() -> None:
    runner = runner_of_command(("/bin/sleep", "60"), Limits(wall_seconds=0.5))
    assert outcome_of(run(runner, "#" * 60_000)) == Outcome("time limit", limit=0.5)


def test_what_a_child_started_ends_with_it(runner_of: RunnerOf, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = f"""
        heir = subprocess.Popen(["/bin/sleep", "60"])
        open({str(note)!r}, "w").write(str(heir.pid))
    """

    async def scenario() -> None:
        await runner_of(program).run("pass")
        await until(lambda: not is_alive(int(note.read_text())))

    asyncio.run(scenario())


def test_a_flood_of_complaints_neither_holds_up_the_child_nor_fills_the_memory(runner_of: RunnerOf) -> None:
    program = """
        try:
            while True:
                os.write(2, b"x" * 65536)
        except OSError:
            sys.exit(7)
    """
    assert outcome_of(run(runner_of(program))) == Outcome("crash", message="exit status 7")


@pytest.mark.parametrize("seed", range(20))
def test_a_journal_of_garbage_spoils_the_childs_own_trace_only(runner_of: RunnerOf, seed: int) -> None:
    garbage = random.Random(seed).randbytes(400)
    head = b"yieldsc1" if seed % 2 else b""
    program = f"data = {head + garbage!r}; journal[: len(data)] = data"
    result = run(runner_of(program))
    assert outcome_of(result) == Outcome("spoilt", message="journal")
    assert isinstance(result, Recorded)
    assert len(result.trace) == 0
    assert "wrote into its own recording" in narrate_outcome(result.trace.outcome)


@pytest.mark.parametrize("size", [0, 10, 1 << 40])
def test_a_child_cannot_change_the_size_of_the_journal(runner_of: RunnerOf, size: int) -> None:
    program = f"""
        try:
            os.truncate(os.open(request["journal"], os.O_RDWR), {size})
        except OSError:
            sys.exit(9)
    """
    assert outcome_of(run(runner_of(program))) == Outcome("crash", message="exit status 9")


def test_a_child_sees_nothing_of_the_servers_environment(runner_of: RunnerOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIELDSCOPE_SECRET", "hunter2")
    # LC_CTYPE is what the interpreter itself adds.
    program = "sys.exit(len(set(os.environ) - {'PYTHONHASHSEED', 'LANG', 'LC_CTYPE', 'MALLOC_ARENA_MAX'}))"
    assert outcome_of(run(runner_of(program))) == Outcome("crash", message="exit status 0")


def test_a_child_inherits_no_descriptor_but_its_journal(runner_of: RunnerOf, tmp_path: Path) -> None:
    program = """
        listed = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd") if int(fd) > 2]
        # The one that listed them is closed by now.
        files = [os.readlink(path) for path in listed if os.path.lexists(path)]
        sys.exit(sum("memfd" not in file for file in files))
    """
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        result = run(runner_of(program))
    assert outcome_of(result) == Outcome("crash", message="exit status 0")


def test_a_source_that_is_too_long_is_not_run(runner_of: RunnerOf) -> None:
    runner = runner_of("sys.exit(1)", limits=Limits(source_bytes=8))
    assert outcome_of(run(runner, "é" * 4)) == Outcome("crash", message="exit status 1")
    assert outcome_of(run(runner, "é" * 4 + "x")) == Outcome("source limit", limit=8)


def test_line_breaks_of_every_kind_become_one(runner_of: RunnerOf) -> None:
    result = run(runner_of(""), "a = 1\r\nb = 2\rc = 3\n")
    assert isinstance(result, Recorded)
    assert result.trace.source == "a = 1\nb = 2\nc = 3\n"


def test_a_runner_that_cannot_start_a_child_says_so() -> None:
    result = run(runner_of_command(("/nonexistent/python",), Limits()))
    assert isinstance(result, Refused)
    assert result.reason == "no child"


def test_no_more_children_run_at_once_than_there_are_workers(runner_of: RunnerOf, children: Children) -> None:
    runner = runner_of("time.sleep(0.3)", workers=2)
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(children()))
            await asyncio.sleep(0.01)

    async def scenario() -> None:
        watching = asyncio.create_task(watch())
        await asyncio.gather(*(runner.run("pass") for _ in range(6)))
        watching.cancel()

    asyncio.run(scenario())
    assert most == 2


def test_cancelling_the_caller_ends_the_child(runner_of: RunnerOf, children: Children) -> None:
    async def scenario() -> None:
        running = asyncio.create_task(runner_of("time.sleep(60)").run("pass"))
        await until(children)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not children()

    asyncio.run(scenario())


def test_cancelling_a_caller_who_waits_gives_up_its_place(runner_of: RunnerOf, children: Children) -> None:
    runner = runner_of("time.sleep(0.3)", workers=1)

    async def scenario() -> None:
        first = asyncio.create_task(runner.run("pass"))
        second = asyncio.create_task(runner.run("pass"))
        await until(children)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert isinstance(await runner.run("pass"), Recorded)
        assert isinstance(await first, Recorded)

    asyncio.run(scenario())


def test_closing_ends_every_run_and_refuses_its_caller(runner_of: RunnerOf, children: Children) -> None:
    runner = runner_of("time.sleep(60)", workers=2)

    async def scenario() -> None:
        runs: list[Awaitable[Recorded | Refused]] = [asyncio.create_task(runner.run("pass")) for _ in range(4)]
        await until(lambda: len(children()) == 2)
        await runner.close()
        assert not children()
        results = [*await asyncio.gather(*runs), await runner.run("pass")]
        assert [result.reason for result in results if isinstance(result, Refused)] == ["closing"] * 5

    asyncio.run(scenario())


def test_runs_leave_no_descriptor_open(runner_of: RunnerOf) -> None:
    runner = runner_of("sys.exit(1)", workers=2)

    async def scenario() -> None:
        await runner.run("pass")
        before = os.listdir("/proc/self/fd")
        await asyncio.gather(*(runner.run("pass") for _ in range(10)))
        assert len(os.listdir("/proc/self/fd")) == len(before)

    asyncio.run(scenario())


# A journal that the recorder's own hand has written, but for what one of its records says.
_FORGED = """
    from app.trace.journal import Journal
    Journal(journal, request["limits"]["steps"])._write({record!r}.encode() + b"\\n")
"""


def test_what_a_journal_says_of_the_outcome_is_what_counts(runner_of: RunnerOf) -> None:
    result = run(runner_of(_FORGED.format(record='e{"kind": "finished"}') + "    sys.exit(1)"))
    assert outcome_of(result) == Outcome("finished")


@pytest.mark.parametrize(
    "record",
    [
        'e{"kind": "no such end"}',
        'a{"kind": "generator", "name": "g", "line": null, "home": "snippet", "of": 0, "role": "iterator"}',
        'a{"kind": "function", "name": "g", "line": -5, "home": "snippet", "of": null, "role": null}',
        "v" + "[" * 100_000,
        'e{"kind": "deadlock", "waiting": [1]}',
    ],
)
def test_a_forged_journal_gives_a_trace_that_can_be_written_and_told(runner_of: RunnerOf, record: str) -> None:
    result = run(runner_of(_FORGED.format(record=record)))
    assert isinstance(result, Recorded)
    again = Trace.from_json(result.trace.to_json())
    assert again.outcome == result.trace.outcome
    assert narrate_outcome(again.outcome)
    assert len(list(narrate(again))) == len(again)
