"""The fork server: forks a confined child for each run it is asked for, and says how each ended.

It keeps no list of its children, and does the same for each: what a child finds in its memory is
the same as what the last one found, so that objects lie at the same addresses in both.
"""

# First of all: it decides that asyncio is the one in Python.
from app.capture.answer import Answer

# isort: split
import mmap
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from os import fork, kill  # the recorder puts refusals in their place, for the snippet
from typing import Final, NoReturn

from app.capture.warm_up import warm_up
from app.sandbox import messages
from app.sandbox.forkserver.confinement import Confinement, withdraw
from app.sandbox.forkserver.preload import preload, settle
from app.sandbox.layers import Layers
from app.trace.limits import Limits


def main(descriptor: int) -> None:
    """Serve whoever has the other end of the socket, until it is gone."""
    with socket.socket(fileno=descriptor) as connection:
        withdraw()
        hello, programs = messages.receive(connection)
        asked, limits = Layers(**hello["layers"]), Limits(**hello["limits"])
        opening, closed = (messages.content(program) for program in programs)
        confinement = Confinement(asked, opening, closed, limits, hello["workers"])
        preload()
        warm_up(limits)
        answer = Answer(limits)
        settle()
        messages.send(connection, {"layers": confinement.layers.as_dict()})
        _ForkServer(connection, confinement, answer).serve()


class _ForkServer:
    def __init__(self, connection: socket.socket, confinement: Confinement, answer: Answer) -> None:
        self._connection: Final = connection
        self._confinement: Final = confinement
        self._ready: Final = answer
        self._pid: Final = os.getpid()

    def serve(self) -> None:
        """Fork and reap until nobody is there to ask."""
        ended, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        # Each end of a child puts a byte into the pipe; without a handler there would be no signal.
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        events = select.poll()
        events.register(self._connection, select.POLLIN)
        events.register(ended, select.POLLIN)
        while True:
            for readable, _ in events.poll():
                if readable == ended:
                    os.read(ended, 4096)
                    self._reap()
                elif not self._start():
                    return

    def _start(self) -> bool:
        try:
            run, files = messages.receive(self._connection)
        except EOFError:
            return False
        try:
            pid = fork()
        except OSError as error:
            messages.send(self._connection, {"run": run["run"], "error": str(error)})
        else:
            if not pid:
                self._answer(run["place"], files)
            child = os.pidfd_open(pid)
            messages.send(self._connection, {"run": run["run"], "pid": pid}, [child])
            os.close(child)
        for file in files:
            os.close(file)
        return True

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            messages.send(self._connection, {"pid": pid, "status": os.waitstatus_to_exitcode(status)})

    def _answer(self, place: int, files: Sequence[int]) -> NoReturn:
        """What a child does: all of it, for it must never come back to what the fork server does."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            request, journal, last_words = files
            source = messages.content(request).decode("utf-8", "surrogatepass")
            mapped = mmap.mmap(journal, 0)
            os.dup2(last_words, 2)
            self._confinement.confine(place, self._pid)
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
            kill(os.getpid(), messages.UNCONFINED)
            os._exit(1)
        self._ready.give(source, mapped)


if __name__ == "__main__":
    main(int(sys.argv[1]))
