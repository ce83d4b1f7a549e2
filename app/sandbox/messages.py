"""What the server and its fork server say to each other, over a socket that keeps messages apart.

Each is a JSON object, with descriptors beside it where it speaks of files or processes:

- to the fork server, once: `layers`, those asked for, `limits`, `workers`; beside it two filters of
  system calls, one that lets files be opened and one that does not;
- from it, once: `layers`, those in force;
- to it, per run: `run`, a number of the server's, and `place`; beside it request, journal and last words;
- from it: `run` and `pid`, and the process's pidfd beside it, or `run` and `error`; later `pid` and `status`.
"""

import json
import os
import socket
from collections.abc import Sequence
from typing import Any, Final

_MOST_BYTES: Final = 4096
_MOST_DESCRIPTORS: Final = 3

UNCONFINED: Final = 10
"""The signal by which a child ends itself that could not be confined, and so ran nothing: SIGUSR1. No snippet can end
so, for none can send a signal, also to itself."""

type Message = dict[str, Any]


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a new connection."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(connection: socket.socket, message: Message, descriptors: Sequence[int] = ()) -> None:
    """Send a message; the other end gets descriptors of its own. Raises OSError where nobody takes it."""
    socket.send_fds(connection, [json.dumps(message).encode()], list(descriptors))


def receive(connection: socket.socket) -> tuple[Message, list[int]]:
    """The next message, and the descriptors beside it. Raises EOFError where the other end is gone."""
    content, descriptors, _, _ = socket.recv_fds(connection, _MOST_BYTES, _MOST_DESCRIPTORS)
    if not content:
        raise EOFError
    return json.loads(content), descriptors


def content(descriptor: int) -> bytes:
    """All of a file that came with a message, which is closed."""
    with open(descriptor, "rb") as file:
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
