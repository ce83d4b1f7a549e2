"""The real server, in a process of its own, for as long as a test needs it."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_ADDRESS: Final = re.compile(r"http://[\w.:\[\]-]+")


@contextmanager
def served(python: str, folder: Path, *, cwd: Path, **settings: str) -> Iterator[str]:
    """The address of `python -m app serve`, started in `cwd`, with its data and its log in `folder`.

    `settings` are variables of its environment, beside those of ours. The address ends without a slash. Raises
    AssertionError where the server ends before it says it.
    """
    # The log goes to a file: a pipe that nobody reads would fill up and hold the server.
    log = folder / "log"
    environment = {**os.environ, **settings}
    command = [python, "-u", "-m", "app", "serve", "--port", "0", "--data", str(folder / "data")]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as server,
    ):
        assert server.stdout is not None
        try:
            said = ""
            for line in server.stdout:
                said += line
                if address := _ADDRESS.search(line):
                    yield address[0]
                    return
            raise AssertionError(f"the server ended before it said its address:\n{said}{log.read_text()}")
        finally:
            server.terminate()


def host_and_port(address: str) -> tuple[str, int]:
    """Where a server listens, by its address."""
    host, _, port = address.removeprefix("http://").partition(":")
    return host, int(port)


def said_to(address: tuple[str, int], sent: bytes, *, stays: bool = True) -> bytes:
    """All that a server says to some bytes until it hangs up; `stays`: who sent them does not before."""
    said = b""
    with socket.create_connection(address, timeout=20) as connection, suppress(ConnectionError):
        connection.sendall(sent)
        if not stays:
            connection.shutdown(socket.SHUT_WR)
        while received := connection.recv(65_536):
            said += received
    return said
