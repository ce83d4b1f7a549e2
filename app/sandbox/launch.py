"""What goes before a child's command: tools of the system that a child is started through.

Each is used where it is there and works, and done without elsewhere: macOS has neither, and the
default seccomp profile of Docker forbids the second. Both become the child itself, by exec, so
that it keeps its process id; together they take about a millisecond.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from errno import ENOENT
from functools import cache
from typing import Final

# A child ends with its server, also where the server is killed and cannot put an end to it; the
# limit on processor time does not end one that waits. (PR_SET_PDEATHSIG: strictly, it ends with
# the thread that started it, which is the event loop's.)
ENDS_WITH_ITS_PARENT: Final = ("setpriv", "--pdeathsig", "KILL")

# Objects lie at the same addresses each time. Without it, the order of a set of objects that are
# hashed by their address is another in each run, and with it the trace.
SAME_ADDRESSES: Final = ("setarch", "-R")


def launched(command: Sequence[str]) -> Sequence[str]:
    """The whole command that starts a child; its first word is a path.

    Raises FileNotFoundError where the child's program cannot be run: the tools before it would
    start, and end with a status that a snippet may end with, too.
    """
    if not os.access(command[0], os.X_OK):
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), command[0])
    return *working(ENDS_WITH_ITS_PARENT), *working(SAME_ADDRESSES), *command


@cache
def working(tool: tuple[str, ...]) -> tuple[str, ...]:
    """The tool by its path, since a child has no PATH; nothing where it does not work here."""
    path = shutil.which(tool[0])
    if path is None:
        return ()
    found = (path, *tool[1:])
    probe = subprocess.run([*found, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return () if probe.returncode else found
