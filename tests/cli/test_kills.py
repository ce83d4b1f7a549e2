"""`kill -9`, while a class presses Run: clear answers, nothing lost, nothing half written, nobody left behind."""

import hashlib
import os
import signal
import sqlite3
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx2
import pytest

from app.sandbox.layers import offered
from app.trace import Trace
from tests.cli.conftest import Serve
from tests.cli.test_serve import ENDLESS, address_in, ask_without_waiting, post
from tests.processes import descendants_of, eventually, fork_server_of, is_alive, runs_of

pytestmark = pytest.mark.skipif(not offered().seccomp, reason="the system cannot confine, and has no fork server")

_CLIENTS: Final = 4
_ENOUGH: Final = 8
"""So many answers, and the clients are all at it."""

_SECONDS_TO_BE_BACK: Final = 15
"""A second is what it takes (the benchmarks measure it); the rest is for a machine that has other things to do."""


class Class:
    """Clients that post one snippet after the other, and what they were answered."""

    def __init__(self, address: str) -> None:
        self._address: Final = address
        self._over: Final = threading.Event()
        self._threads: Final = [threading.Thread(target=self._work, args=(number,)) for number in range(_CLIENTS)]
        self.recorded: Final[dict[str, str]] = {}
        """The source of each trace that was answered with an id."""

        self.refused: Final[list[httpx2.Response]] = []
        self.odd: Final[list[object]] = []
        """Answers that are neither."""

        self.unanswered = 0

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def await_answers(self, more: int) -> None:
        enough = self._answers() + more
        assert eventually(lambda: self._answers() >= enough, 60)

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _answers(self) -> int:
        return len(self.recorded) + len(self.refused)

    def _work(self, client: int) -> None:
        run = 0
        while not self._over.is_set():
            run += 1
            source = f"def g():\n    yield {client}, {run}\n\nprint(*g())\n"
            try:
                answer = post(self._address, source)
            except httpx2.TransportError:
                # The server has gone, and the client with it.
                self.unanswered += 1
                return
            self._take(source, answer)

    def _take(self, source: str, answer: httpx2.Response) -> None:
        if answer.status_code == 201:
            # Where the child was killed instead, the outcome says so.
            self.recorded[answer.json()["id"]] = source
        elif answer.status_code == 503 and answer.json().keys() == {"error"} and int(answer.headers["Retry-After"]) > 0:
            self.refused.append(answer)
        else:
            self.odd.append((answer.status_code, answer.text))


@contextmanager
def at_work(address: str) -> Iterator[Class]:
    """A class that is at it, and goes home afterwards."""
    pupils = Class(address)
    pupils.begin()
    try:
        pupils.await_answers(_ENOUGH)
        yield pupils
    finally:
        pupils.end()


def are_gone(pids: Iterable[int]) -> bool:
    return eventually(lambda: not any(map(is_alive, pids)))


def seconds_until_a_run(address: str) -> float:
    """How long it is until a run is recorded again."""
    began = time.monotonic()
    assert eventually(lambda: post(address, "print('back')").status_code == 201, _SECONDS_TO_BE_BACK)
    return time.monotonic() - began


def assert_whole(address: str, recorded: dict[str, str]) -> None:
    """Fails where a trace is not there, or not the whole of what was recorded."""
    for trace_id, source in recorded.items():
        document = httpx2.get(f"{address}/api/traces/{trace_id}", timeout=20)
        assert document.status_code == 200
        assert Trace.from_json(document.content).source == source
        assert httpx2.get(f"{address}/t/{trace_id}", timeout=20).status_code == 200


def assert_rests_whole(data: Path, recorded: dict[str, str]) -> None:
    """Fails where anything in the database is half written, or a trace is missing there."""
    with closing(sqlite3.connect(f"file:{data / 'traces.db'}?mode=ro", uri=True)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = database.execute("SELECT id, digest, document FROM traces").fetchall()
    for _, digest, gzipped in rows:
        document = zlib.decompress(gzipped, 31)
        assert hashlib.sha256(document).hexdigest() == digest
        Trace.from_json(document)
    assert recorded.keys() <= {trace_id for trace_id, _, _ in rows}


def fork_server(server: subprocess.Popen[str]) -> int:
    found = fork_server_of(server.pid)
    assert found is not None
    return found


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def kill_if_there(pid: int) -> None:
    # It may have come to its end by itself.
    with suppress(ProcessLookupError):
        kill(pid)


def stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("harm", [kill, stop])
def test_a_fork_server_that_dies_or_stops_answering_is_replaced_and_nobody_goes_without_an_answer(
    serve: Serve, harm: Callable[[int], None], tmp_path: Path
) -> None:
    server, line = serve()
    address = address_in(line)
    seconds = []
    with at_work(address) as pupils:
        for _ in range(2):
            harmed = fork_server(server)
            harm(harmed)
            seconds.append(seconds_until_a_run(address))
            assert are_gone([harmed])
            pupils.await_answers(_ENOUGH)
    print("Seconds until the next run:", *(f"{second:.2f}" for second in seconds))
    assert (pupils.odd, pupils.unanswered) == ([], 0)
    assert {answer.json()["error"]["code"] for answer in pupils.refused} <= {"cut_off", "no_child", "busy"}
    assert_whole(address, pupils.recorded)
    # It is alone: none of those before it, and none of their children, has been left behind.
    assert eventually(lambda: not runs_of(server.pid))
    assert sum(1 for pid in descendants_of(server.pid) if pid == fork_server(server)) == 1
    server.kill()
    server.wait()
    assert_rests_whole(tmp_path / "data", pupils.recorded)


def test_a_child_that_is_killed_has_left_a_trace_and_harms_nobody_beside_it(serve: Serve) -> None:
    server, line = serve()
    address = address_in(line)
    with at_work(address) as pupils:
        for _ in range(6):
            for pid in runs_of(server.pid):
                kill_if_there(pid)
            pupils.await_answers(1)
    assert (pupils.odd, pupils.refused, pupils.unanswered) == ([], [], 0)
    assert_whole(address, pupils.recorded)


def test_a_run_whose_child_is_killed_ends_as_one_that_crashed(serve: Serve) -> None:
    server, line = serve()
    answers: list[httpx2.Response] = []
    asking = threading.Thread(target=lambda: answers.append(post(address_in(line), ENDLESS)))
    asking.start()
    assert eventually(lambda: runs_of(server.pid))
    (run,) = runs_of(server.pid)
    kill_if_there(run)
    asking.join()
    assert (answers[0].status_code, answers[0].json()["outcome"]) == (201, "crash")
    assert post(address_in(line), "print(1)").json()["outcome"] == "finished"


def test_nothing_that_was_answered_is_lost_with_a_server_that_is_killed(serve: Serve, tmp_path: Path) -> None:
    recorded: dict[str, str] = {}
    for _ in range(2):
        server, line = serve()
        with at_work(address_in(line)) as pupils:
            left = list(descendants_of(server.pid))
            server.kill()
            server.wait()
        assert pupils.odd == []
        recorded |= pupils.recorded
        assert are_gone(left)
        assert_rests_whole(tmp_path / "data", recorded)
    _, line = serve()
    assert_whole(address_in(line), recorded)
    assert post(address_in(line), "print(1)").status_code == 201


def test_a_fork_server_and_its_runs_end_with_a_server_that_is_killed(serve: Serve) -> None:
    server, line = serve()
    with ask_without_waiting(address_in(line), ENDLESS):
        assert eventually(lambda: runs_of(server.pid))
        left = list(descendants_of(server.pid))
        server.kill()
        server.wait()
    assert len(left) >= 2
    assert are_gone(left)
