"""What does not exist in the sandbox: the network, other processes, signals from outside, input to wait for.

Whoever asks for it gets an error in plain words at once, where the system would answer with a
number, and the recorder is told. This confines nobody: that is for the sandbox to do.
"""

import _posixsubprocess
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from typing import Any, Final, NoReturn

from app.capture.loop import VirtualLoop

type Asked = Callable[[str, BaseException], None]
"""Is told what was asked for, `network`, `process`, `signal` or `input`, and the error that answers."""

_NEEDS: Final = {
    "network": "needs a network, and the sandbox has none",
    "process": "needs another process, and the sandbox has none",
    "signal": "needs signals, and none come to the sandbox",
    "input": "needs input or output to wait for, and the sandbox has none",
}

_ABSENT: Final[Mapping[str, Mapping[Any, tuple[str, ...]]]] = {
    "network": {
        socket.socket: ("__init__",),
        socket: ("socketpair", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"),
        VirtualLoop: (
            "create_connection", "create_server", "create_datagram_endpoint", "create_unix_connection",
            "create_unix_server", "connect_accepted_socket", "start_tls", "sendfile", "sock_sendfile", "sock_recv",
            "sock_recv_into", "sock_recvfrom", "sock_recvfrom_into", "sock_sendall", "sock_sendto", "sock_connect",
            "sock_accept", "getaddrinfo", "getnameinfo",
        ),
    },
    "process": {
        subprocess.Popen: ("__init__",),
        BaseProcess: ("start",),
        # What `multiprocessing` starts its processes with, and their servers, where it does not fork.
        _posixsubprocess: ("fork_exec",),
        os: (
            "fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "execv", "execve", "spawnv", "spawnve",
            "spawnvp", "spawnvpe",
        ),
        VirtualLoop: ("subprocess_exec", "subprocess_shell"),
    },
    "signal": {
        os: ("kill", "killpg"),
        signal: ("alarm", "setitimer", "pthread_kill", "sigqueue", "pause", "sigwait", "sigwaitinfo", "sigtimedwait"),
        VirtualLoop: ("add_signal_handler", "remove_signal_handler"),
    },
    "input": {
        VirtualLoop: (
            "add_reader", "remove_reader", "add_writer", "remove_writer", "connect_read_pipe", "connect_write_pipe",
        ),
    },
}  # fmt: skip


_raise_signal: Final = signal.raise_signal


def install(asked: Asked) -> None:
    """Let everything that is absent say so, and tell `asked`."""
    signal.raise_signal = _raising(_refusing("signal", signal, "raise_signal", asked))
    for what, places in _ABSENT.items():
        for place, names in places.items():
            for name in names:
                if hasattr(place, name):
                    setattr(place, name, _refusing(what, place, name, asked))


def _raising(refuse: Callable[..., NoReturn]) -> Callable[[int], None]:
    """A snippet may send itself a signal, until a filter of system calls lets none pass."""

    def raise_signal(signalnum: int, /) -> None:
        try:
            _raise_signal(signalnum)
        except PermissionError:
            refuse()

    return raise_signal


def _refusing(what: str, place: Any, name: str, asked: Asked) -> Callable[..., NoReturn]:
    is_method = isinstance(place, type)
    if not is_method:
        called = f"{place.__name__}.{name}"
    elif place is VirtualLoop:
        called = f"loop.{name}"
    else:
        called = f"{place.__module__}.{place.__qualname__}"
    # Programs expect this one of a loop that cannot do it, such as that of Windows.
    kind = NotImplementedError if place is VirtualLoop and what == "signal" else PermissionError

    def refuse(*args: object, **kwargs: object) -> NoReturn:
        error = kind(f"{called}() {_NEEDS[what]}")
        asked(what, error)
        raise error

    refuse.__name__ = name
    return refuse
