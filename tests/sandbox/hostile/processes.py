"""Attacks by processes: every way to make one, to become another, and to take more threads than one's share."""

from typing import Final

from tests.sandbox.hostile.snippets import WAITS, Hostile, Where, refused, refused_calls

_BY_PYTHON: Final = "fork forkpty system popen spawnv posix_spawn execv subprocess"

SNIPPETS: Final = (
    Hostile(
        "processes by the functions that everybody uses",
        f"""
import subprocess
for name, attempt in zip({_BY_PYTHON!r}.split(), (
    os.fork, os.forkpty, lambda: os.system("true"), lambda: os.popen("true"), lambda: os.spawnv(0, "/bin/true", ["x"]),
    lambda: os.posix_spawn("/bin/true", ["x"], {{}}), lambda: os.execv("/bin/true", ["x"]),
    lambda: subprocess.run(["true"]),
), strict=True):
    tried(name, attempt)
""",
        prints="".join(
            f"{name} refused {called}() needs another process, and the sandbox has none\n"
            for name, called in zip(
                _BY_PYTHON.split(),
                "os.fork os.forkpty os.system subprocess.Popen os.spawnv os.posix_spawn os.execv subprocess.Popen".split(),
                strict=True,
            )
        ),
    ),
    Hostile(
        "processes by the modules beneath",
        """
import posix, subprocess, sys
for name, attempt in {
    "execve": lambda: posix.execve("/bin/true", ["true"], {}),
    # The one that nobody has put a refusal in place of.
    "fork_exec": lambda: subprocess._fork_exec(
        [b"/bin/true"], [b"/bin/true"], True, (), None, None, -1, -1, -1, -1, -1, -1, 3, os.dup(2), False, False, -1, None, None,
        None, -1, None, *[False] * (sys.version_info < (3, 14))),
}.items():
    tried(name, attempt)
""",
        prints=refused("execve fork_exec"),
    ),
    Hostile(
        "processes by the library of C",
        """
pid, words = ctypes.c_int(), (ctypes.c_char_p * 2)(b"true", None)
for name, attempt in {
    "fork": libc.fork, "vfork": libc.vfork, "popen": lambda: libc.popen(b"true", b"r") or -1,
    "daemon": lambda: libc.daemon(0, 0), "execv": lambda: libc.execv(b"/bin/true", words),
    "posix_spawn": lambda: -libc.posix_spawn(ctypes.byref(pid), b"/bin/true", None, None, words, words),
    # What it returns says "the shell cannot be run" (status 127) where it cannot.
    "system": lambda: -1 if libc.system(b"true") == 127 << 8 else 0,
}.items():
    print(name, "refused" if attempt() < 0 else "WAS DONE")
""",
        prints="fork refused\nvfork refused\npopen refused\ndaemon refused\nexecv refused\nposix_spawn refused\nsystem refused\n",
    ),
    Hostile(
        "processes by the kernel's own numbers",
        """
each("fork vfork execve execveat unshare setns")
for flags in 0, 17, 0x100 | 17, 0x4100 | 17, 0x100 | 0x800 | 17, 0x10000000 | 17, 0x7E020000 | 17:
    asked("clone", flags, 0, 0, 0, 0)
held = (ctypes.c_uint64 * 11)()
held[4] = 17
asked("clone3", ctypes.addressof(held), 88)
""",
        prints=refused_calls("fork vfork execve execveat unshare setns")
        + refused("clone") * 7
        + "clone3 refused ENOSYS\n",
    ),
    Hostile(
        "threads that are no threads: traced, in other namespaces, with other parents, with a descriptor",
        """
stack = ctypes.create_string_buffer(65536)
top = ctypes.addressof(stack) + 65000 & -16
for more in 0x80, 0x1000, 0x2000, 0x4000, 0x8000, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000:
    asked("clone", 0x10900 | more, top, 0, 0, 0)
""",
        prints=refused("clone") * 12,
    ),
    Hostile(
        "multiprocessing, by each of its ways to begin",
        """
import multiprocessing
for way in multiprocessing.get_all_start_methods():
    def begun():
        multiprocessing.get_context(way).Process(target=print).start()
    try:
        begun()
        print(way, "WAS DONE")
    except (OSError, ImportError) as error:
        print(way, type(error).__name__)
""",
        prints="fork PermissionError\nspawn PermissionError\nforkserver PermissionError\n",
    ),
    Hostile(
        "a terminal, with a process behind it",
        """
def spawned():
    import pty
    pty.spawn("true")
tried("openpty", os.openpty)
tried("login", lambda: os.login_tty(2))
try:
    tried("spawn", spawned)
except ImportError:
    print("spawn refused")
""",
        prints="openpty refused EPERM\nlogin refused EPERM\nspawn refused out of pty devices\n",
        elsewhere=(Where(refused("openpty login") + "spawn refused\n", landlock=False, bubblewrap=False),),
    ),
    Hostile(
        "a new session, group, user, name, root: to be somebody else",
        """
each("setsid setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset", 0, 0, 0)
each("setpgid personality chroot pivot_root chdir fchdir acct vhangup sethostname setdomainname", 0, 0, 0)
""",
        prints=refused_calls(
            "setsid setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset "
            "setpgid personality chroot pivot_root chdir fchdir acct vhangup sethostname setdomainname"
        ),
    ),
    Hostile(
        "processes are waited for, its own and others",
        """
for attempt in (
    lambda: os.waitpid(-1, os.WNOHANG), lambda: os.waitpid(os.getppid(), 0),
    lambda: os.waitid(os.P_ALL, 0, os.WEXITED), lambda: os.waitid(os.P_PID, os.getppid(), os.WEXITED),
):
    tried("wait", attempt)
tried("pidfd", lambda: os.pidfd_open(os.getppid()))
tried("pidfd", lambda: os.pidfd_open(os.getpid()))
asked("pidfd_getfd", 3, 0, 0)
""",
        prints=refused(["wait"] * 4, 10) + refused("pidfd pidfd pidfd_getfd"),
    ),
    Hostile(
        "as many threads as there may be, and one more",
        """
import threading
threading.stack_size(65536)
end, begun = threading.Event(), 0
try:
    while begun < 300:
        threading.Thread(target=end.wait).start()
        begun += 1
except RuntimeError:
    pass
end.set()
# Linux does not count the threads of root: where everybody is root, memory alone limits them.
print(begun < 250 or os.getuid() == 0)
""",
        prints="True\n",
    ),
    Hostile(
        "threads by the kernel's own number, each of which makes two",
        """
import _thread
def more():
    try:
        _thread.start_new_thread(more, ())
        _thread.start_new_thread(more, ())
    except RuntimeError:
        pass
    while True:
        pass
for _ in range(64):
    more_than_one = _thread.start_new_thread(more, ())
while True:
    pass
""",
        prints=None,
        ends=("cpu limit", "time limit", "exception: RuntimeError: can't start new thread"),
        seconds=WAITS,
    ),
    Hostile(
        "threads that never end, and wait",
        """
import threading
for _ in range(8):
    threading.Thread(target=threading.Event().wait).start()
""",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "daemon threads that spin when the module has ended",
        """
import threading
def spin():
    while True:
        pass
for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()
print("ended")
""",
        prints="ended\n",
        ends=("finished", "cpu limit", "time limit"),
        seconds=WAITS,
    ),
)
