"""The command line, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
COMMAND: Final = (sys.executable, "-m", "app")

type Cli = Callable[..., subprocess.CompletedProcess[str]]
type Serve = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def cli() -> Cli:
    """Runs a command to its end."""

    def run(*arguments: str, given: str | bytes = "", **environment: str) -> subprocess.CompletedProcess[str]:
        content = given.encode() if isinstance(given, str) else given
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=ROOT,
            input=content,
            capture_output=True,
            check=False,
            env={**os.environ, **environment},
            timeout=60,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server on a free port; gives the process and the line it says."""
    servers: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        command = [*COMMAND, "serve", "--port", "0", "--data", str(tmp_path / "data"), *arguments]
        server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        servers.append(server)
        assert server.stdout is not None
        return server, server.stdout.readline()

    yield start
    for server in servers:
        server.kill()
        server.communicate()
