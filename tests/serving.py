"""The real server, in a process of its own, for as long as a test needs it."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ADDRESS: Final = re.compile(r"http://[\w.:\[\]-]+")


@contextmanager
def served(python: str, folder: Path, *, cwd: Path, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of `python -m app serve`, started in `cwd`, with its data and its log in `folder`.

    `environment` is put beside what is in this process's own.

    The address ends without a slash. Raises AssertionError where the server ends before it says it.
    """
    # The log goes to a file: a pipe that nobody reads would fill up and hold the server.
    log = folder / "log"
    command = [python, "-u", "-m", "app", "serve", "--port", "0", "--data", str(folder / "data")]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as server,
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
