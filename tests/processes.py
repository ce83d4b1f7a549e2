"""The processes of a server, found in /proc: its fork server and the runs that are under way."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_NAME: Final = b"app.sandbox.forkserver"


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, and that are still there."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, file.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that is gone by now
    return found


def descendants_of(pid: int) -> Iterator[int]:
    """All that a process has started, and what those have."""
    for child in children_of(pid):
        yield child
        yield from descendants_of(child)


def fork_server_of(server: int) -> int | None:
    """The fork server of a server, which may be behind bubblewrap; None where there is none just now."""
    return next((pid for pid in descendants_of(server) if _is_fork_server(pid)), None)


def runs_of(server: int) -> list[int]:
    """The processes in which a server runs snippets: forks of its fork server."""
    fork_server = fork_server_of(server)
    return [] if fork_server is None else children_of(fork_server)


def is_alive(pid: int) -> bool:
    """Whether a process is there and runs."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A process whose parent is gone may stay a moment as a zombie of the machine's first process.
    return state not in "ZX"


def eventually(holds: Callable[[], object], seconds: float = 20) -> bool:
    """Whether something holds, now or soon."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _is_fork_server(pid: int) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    # Not what has yet to become it, or stands around it: those have more words, and begin with their own.
    return _NAME in words and words[0].rpartition(b"/")[2].startswith(b"python")
