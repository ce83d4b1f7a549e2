"""What a child gives up before the first line of its snippet.

Layer by layer, because each holds what another lets through:

- a *user of its own*, where root starts it: other runs' processes and everybody's files;
- *limits* (setrlimit): processor time, memory, threads, descriptors, the size of files;
- *no new privileges*, and memory that cannot be looked into from outside;
- *Landlock*: every file but the standard library, TCP, signals to others;
- *seccomp*: every system call that `app.sandbox.system_calls` does not name.

bubblewrap, where it is there, stands around the fork server: a file system with nothing else in
it, a network without interfaces, process numbers of its own.
"""

import os
import resource
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.capture.answer import keep_to
from app.sandbox.forkserver import kernel
from app.sandbox.forkserver.readable import STANDARD_LIBRARY, Ruleset
from app.sandbox.layers import Layers
from app.sandbox.scratch import LAST_WORDS_BYTES
from app.trace.limits import Limits

# Numbers that no system gives to anybody (systemd, "Users, Groups, UIDs and GIDs": 60578 to 61183 are unused).
_FIRST_UID: Final = 60_600
_MOST_UIDS: Final = 500

_HIGHEST_DESCRIPTOR: Final = 2**31 - 1


def withdraw() -> None:
    """Keep this process, the fork server, from its children: with its user, they could look into its memory."""
    # Before memory is hidden: then the file below is root's. Children inherit both. Who has to go for want of memory
    # goes first: they, and sooner the fork server, which is replaced, than anybody else.
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:
        score.write(b"1000")
    kernel.hide_memory()


class Confinement:
    """What confines the children of this process; `layers` are those of the asked ones that work here.

    `opening` and `closed` are filters of system calls, by which files can be opened and cannot;
    `workers` is how many children there are at once.
    """

    def __init__(self, asked: Layers, opening: bytes, closed: bytes, limits: Limits, workers: int) -> None:
        self._limits: Final = limits
        self._keeps_reading: Final = not _anybody_may_read(STANDARD_LIBRARY)
        # Threads are counted by user: where children share one, they share the number with all its other processes.
        self._shared_threads: Final = _tasks_of(os.getuid()) + workers * limits.threads
        self._ruleset: Final = Ruleset() if asked.landlock and _holds(lambda: Ruleset().keep()) else None
        # What is to be read, something else has to hold.
        self._program: Final = opening if self._ruleset is not None or asked.bubblewrap else closed
        own_uid = asked.own_uid and _holds(lambda: self._become_nobody_else(0))
        seccomp = asked.seccomp and _holds(self._refuse_system_calls)
        self.layers: Final = replace(asked, landlock=self._ruleset is not None, own_uid=own_uid, seccomp=seccomp)

    def confine(self, place: int, parent: int) -> None:
        """Confine this process, a fresh fork of `parent` that is alone in its `place`, once and for all.

        Raises OSError, or py_landlock's LandlockError, where a layer cannot be had: then nothing may run here.
        """
        os.setsid()
        self._limit()
        if self.layers.own_uid:
            self._become_nobody_else(place)
        else:
            self._drop_capabilities()
        # After the change of user, which would undo both.
        kernel.end_with_parent(parent)
        kernel.hide_memory()
        kernel.gain_nothing()
        if self._ruleset is not None:
            self._ruleset.keep()
        os.closerange(3, _HIGHEST_DESCRIPTOR)
        if self.layers.seccomp:
            kernel.filter_system_calls(self._program)

    def _limit(self) -> None:
        limits = self._limits
        # What the fork server has is there already: it is not the snippet that took it.
        keep_to(limits, beside=_bytes_of_addresses())
        for of, most in (
            (resource.RLIMIT_NPROC, limits.threads if self.layers.own_uid else self._shared_threads),
            (resource.RLIMIT_NOFILE, limits.descriptors),
            # The one file it may write is that of its last words.
            (resource.RLIMIT_FSIZE, LAST_WORDS_BYTES),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
        ):
            _lower(of, most)

    def _become_nobody_else(self, place: int) -> None:
        uid = _FIRST_UID + place % _MOST_UIDS
        if self._keeps_reading:
            kernel.keep_capabilities()
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        self._drop_capabilities()

    def _drop_capabilities(self) -> None:
        # Root's Python may lie in a folder that is root's alone. That any file may be read then says nothing of
        # which: Landlock does, or the filter, by which none can be opened.
        kernel.drop_capabilities(but_reading=self._keeps_reading)

    def _refuse_system_calls(self) -> None:
        kernel.gain_nothing()
        kernel.filter_system_calls(self._program)


def _holds(layer: Callable[[], None]) -> bool:
    """Whether a layer can be had: tried out in a process that is gone afterwards."""
    pid = os.fork()
    if not pid:
        try:
            kernel.gain_nothing()
            layer()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _lower(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(limit, (most, most))


def _bytes_of_addresses() -> int:
    with open("/proc/self/statm", "rb") as numbers:
        return int(numbers.read().split()[0]) * resource.getpagesize()


def _anybody_may_read(path: str) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (Path(path), *Path(path).parents))


def _tasks_of(uid: int) -> int:
    """How many threads and processes a user has."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        # Processes come and go.
        with suppress(OSError):
            if process.stat().st_uid == uid:
                found += sum(1 for _ in (process / "task").iterdir())
    return found
