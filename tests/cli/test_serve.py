"""`serve`, as who starts and stops it meets it."""

import json
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import COMMAND, ROOT, Cli, Serve
from tests.processes import descendants_of, eventually, is_alive, runs_of
from tests.serving import host_and_port, said_to

ENDLESS = "import select\nselect.select([], [], [])\n"


def post(address: str, source: str) -> httpx2.Response:
    return httpx2.post(f"{address}/api/traces", json={"source": source}, timeout=20)


def address_in(line: str) -> str:
    match = re.fullmatch(r"Yieldscope is at (http://127\.0\.0\.1:\d+)\n", line)
    assert match, line
    return match[1]


def ask_without_waiting(address: str, source: str) -> socket.socket:
    """A connection on which a snippet was posted, and no answer was read yet."""
    body = json.dumps({"source": source}).encode()
    head = (
        f"POST /api/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(host_and_port(address), timeout=20)
    connection.sendall(head.encode() + body)
    return connection


def test_the_server_says_where_it_is_when_it_is_there(serve: Serve) -> None:
    _, line = serve()
    assert "How Python really runs coroutines" in httpx2.get(address_in(line)).text


def test_what_was_shared_survives_a_kill(serve: Serve) -> None:
    server, line = serve()
    trace = post(address_in(line), "print('still here')").json()
    server.kill()
    server.wait()
    _, line = serve()
    document = httpx2.get(f"{address_in(line)}/api/traces/{trace['id']}")
    assert document.json()["source"] == "print('still here')"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_leaves_nothing_running(serve: Serve, end: signal.Signals) -> None:
    server, line = serve()
    connection = ask_without_waiting(address_in(line), ENDLESS)
    assert eventually(lambda: runs_of(server.pid))
    children = list(descendants_of(server.pid))
    server.send_signal(end)
    with connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 503 ")
    assert server.wait(timeout=20) in (0, -end)
    assert eventually(lambda: not any(map(is_alive, children)))


def test_a_client_that_hangs_up_ends_its_run(serve: Serve) -> None:
    server, line = serve()
    connection = ask_without_waiting(address_in(line), ENDLESS)
    assert eventually(lambda: runs_of(server.pid))
    connection.close()
    assert eventually(lambda: not runs_of(server.pid), seconds=4)


def test_a_server_with_too_much_to_do_says_so(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIELDSCOPE_WORKERS", "1")
    monkeypatch.setenv("YIELDSCOPE_PATIENCE_SECONDS", "0.001")
    server, line = serve()
    connection = ask_without_waiting(address_in(line), ENDLESS)
    assert eventually(lambda: runs_of(server.pid))
    refusal = post(address_in(line), "1")
    assert refusal.status_code == 503
    assert int(refusal.headers["Retry-After"]) > 0
    assert refusal.json()["error"]["code"] == "busy"
    assert httpx2.get(f"{address_in(line)}/health").json()["status"] == "ok"
    connection.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_is_refused_before_it_is_read(serve: Serve, *, chunked: bool) -> None:
    address = address_in(serve()[1])
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {10**9}"
    sent = 0
    with socket.create_connection(host_and_port(address), timeout=20) as connection:
        head = f"POST /api/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
        connection.sendall(head.encode())
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        connection.setblocking(False)
        answer = b""
        while not answer and sent < 10**8:
            try:
                sent += connection.send(chunk)
            except BlockingIOError:
                time.sleep(0.01)
            except (BrokenPipeError, ConnectionResetError):
                break
            try:
                answer = connection.recv(65_536)
            except BlockingIOError:
                continue
        # The head may come by itself.
        connection.setblocking(True)
        while b"}" not in answer and (more := connection.recv(65_536)):
            answer += more
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"body_too_large" in answer
    assert sent < 10**7


def test_a_port_that_is_taken_is_one_plain_sentence(cli: Cli, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cli("serve", "--port", str(port), "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        f"yieldscope: Cannot listen at 127.0.0.1, port {port}: Address already in use."
    )


def test_a_data_folder_that_cannot_be_used_is_one_plain_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cli("serve", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"^yieldscope: The data folder \S+ cannot be made: Not a directory\.$", done.stderr, re.MULTILINE)


def test_a_database_that_is_no_database_is_one_plain_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "traces.db").write_bytes(b"not a database" * 100)
    done = cli("serve", "--port", "0", "--data", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_serving_is_what_happens_where_no_command_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIELDSCOPE_PORT", "0")
    monkeypatch.setenv("YIELDSCOPE_DATA", str(tmp_path))
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        assert httpx2.get(f"{address_in(server.stdout.readline())}/health").status_code == 200
        server.terminate()


@pytest.mark.parametrize("length", ["abc", "-5", "1\r\nContent-Length: 2"])
def test_what_is_no_request_is_told_so_as_every_error_is_told_to_programs(serve: Serve, length: str) -> None:
    address = host_and_port(address_in(serve()[1]))
    head = f"POST /run HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
    said, _, body = said_to(address, head.encode()).partition(b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "bad_request"
