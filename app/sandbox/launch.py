"""How an interpreter for snippets is started, and the system's tools it is started through.

Each tool is used where it is there and works, and done without elsewhere: macOS has none, and the
default seccomp profile of Docker forbids two of them. All become the interpreter by exec, or
bubblewrap's first process, so that killing what was started ends it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from errno import ENOENT
from functools import cache
from pathlib import Path
from typing import Final

ENVIRONMENT: Final[Mapping[str, str]] = {
    # Hashes without salt make the order of sets, and with it the trace, the same each time.
    "PYTHONHASHSEED": "0",
    "LANG": "C.UTF-8",
    # Each further arena would reserve 64 MiB of the addresses a snippet may use.
    "MALLOC_ARENA_MAX": "1",
    # Without it, Windows finds no random numbers to start an interpreter with.
    **({"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}),
}
"""All there is of an environment where snippets run: nothing of the server's own."""

INTERPRETER: Final = (sys.executable, "-P", "-s", "-B")
"""Neither the folder it is started in nor the user's own packages may lend it modules; it writes no bytecode."""

# What was started ends with its server, also where the server is killed and cannot put an end to
# it. (PR_SET_PDEATHSIG: strictly, it ends with the thread that started it, the event loop's.)
ENDS_WITH_ITS_PARENT: Final = ("setpriv", "--pdeathsig", "KILL")

# Objects lie at the same addresses each time. Without it, the order of a set of objects that are
# hashed by their address is another in each run, and with it the trace.
SAME_ADDRESSES: Final = ("setarch", "-R")

BUBBLEWRAP: Final[tuple[str, ...]] = (
    "bwrap",
    "--unshare-all",
    "--ro-bind",
    "/",
    "/",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
)
"""Shows whether bubblewrap works here. `behind_bubblewrap` has what is asked of it."""

_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")


def launched(command: Sequence[str]) -> Sequence[str]:
    """The whole command that starts `command`; its first word is a path.

    Raises FileNotFoundError where the program cannot be run: the tools before it would start,
    and end with a status that a snippet may end with, too.
    """
    if not os.access(command[0], os.X_OK):
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), command[0])
    return *working(ENDS_WITH_ITS_PARENT), *working(SAME_ADDRESSES), *command


def behind_bubblewrap(command: Sequence[str], *, as_root: bool) -> Sequence[str]:
    """The command in namespaces of its own, with no network and no file but those it needs to start, read-only."""
    found = shutil.which(BUBBLEWRAP[0])
    assert found is not None, "only what `working` has found is asked for"
    namespaces: tuple[str, ...]
    rights: tuple[str, ...]
    if as_root:
        # Without a user namespace, whose map would hold one user, so that each child can have one of its own.
        namespaces = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
        rights = ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        namespaces, rights = ("--unshare-all",), ()
    shown: list[str] = []
    for path in (*_SYSTEM, sys.base_prefix, sys.prefix, str(Path(__file__).parents[1])):
        if Path(path).is_symlink():
            shown += ["--symlink", str(Path(path).readlink()), path]
        elif Path(path).exists():
            shown += ["--ro-bind", path, path]
    itself = ("--proc", "/proc", "--dev", "/dev", "--chdir", "/", "--die-with-parent", "--new-session")
    return found, *namespaces, *rights, *shown, *itself, *command


@cache
def working(tool: tuple[str, ...]) -> tuple[str, ...]:
    """The tool by its path, since a child has no PATH; nothing where it does not work here."""
    path = shutil.which(tool[0])
    if path is None:
        return ()
    found = (path, *tool[1:])
    probe = subprocess.run([*found, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return () if probe.returncode else found
