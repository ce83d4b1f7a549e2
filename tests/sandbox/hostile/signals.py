"""Attacks by signals, and by what is done to other processes: tracing, limits, scheduling."""

from typing import Final

from tests.sandbox.hostile.snippets import WAITS, Hostile, refused, refused_calls

_TRACED: Final = (
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp move_pages migrate_pages"
)
_SCHEDULED: Final = "sched_setaffinity sched_setscheduler sched_setparam sched_setattr setpriority ioprio_set"

SNIPPETS: Final = (
    Hostile(
        "signals to the fork server, by every way the kernel has",
        """
parent, nothing = os.getppid(), ctypes.create_string_buffer(128)
for signal in 9, 15, 19, 0:
    asked("kill", parent, signal)
    asked("tkill", parent, signal)
    asked("tgkill", parent, parent, signal)
    asked("rt_sigqueueinfo", parent, signal, ctypes.addressof(nothing))
    asked("rt_tgsigqueueinfo", parent, parent, signal, ctypes.addressof(nothing))
    asked("pidfd_send_signal", 0, signal, 0, 0)
""",
        prints=refused("kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal") * 4,
    ),
    Hostile(
        "signals to everybody, to its group, to the first process (none is sent: 0 asks only whether it may)",
        """
for whom in -1, 0, 1, -os.getpgrp(), -os.getppid():
    asked("kill", whom, 0)
""",
        prints=refused(["kill"] * 5),
    ),
    Hostile(
        "signals to every process beside it (none is sent)",
        """
refusals = set()
for pid in range(1, 3000):
    try:
        kernel(NUMBERS["kill"], pid, 0)
        print("MAY", pid)
    except OSError as error:
        refusals.add(errno.errorcode[error.errno])
print(refusals)
""",
        prints="{'EPERM'}\n",
    ),
    Hostile(
        "signals by Python's functions",
        """
import signal, threading, _signal
for attempt in (
    lambda: os.kill(os.getppid(), 9), lambda: os.killpg(0, 9), lambda: signal.pthread_kill(threading.get_ident(), 9),
    lambda: signal.raise_signal(19),
):
    try:
        attempt()
    except PermissionError as error:
        print(error)
tried("pidfd", lambda: signal.pidfd_send_signal(0, 9))
tried("raise", lambda: _signal.raise_signal(19))
libc.alarm(1)
tried("beneath", lambda: _signal.setitimer(_signal.ITIMER_REAL, 1))
""",
        prints=(
            "os.kill() needs signals, and none come to the sandbox\n"
            "os.killpg() needs signals, and none come to the sandbox\n"
            "signal.pthread_kill() needs signals, and none come to the sandbox\n"
            "signal.raise_signal() needs signals, and none come to the sandbox\n" + refused("pidfd raise beneath")
        ),
    ),
    Hostile(
        "a signal by the file of last words: F_SETOWN, F_SETSIG, O_ASYNC",
        """
import fcntl
parent = os.getppid()
for command, argument in ((8, parent), (8, -parent), (10, 9), (15, parent), (4, 0o20000), (1026, 9), (1024, 1)):
    for descriptor in 0, 1, 2:
        tried(str(command), lambda: fcntl.fcntl(descriptor, command, argument))
for request in 0x8901, 0x8902, 0x5452:
    tried(hex(request), lambda: fcntl.ioctl(0, request, b"\\1\\0\\0\\0"))
""",
        prints="".join(refused([str(command)] * 3) for command in (8, 8, 10, 15, 4, 1026, 1024))
        + refused("0x8901 0x8902 0x5452"),
    ),
    Hostile(
        "timers that send signals",
        """
held = (ctypes.c_int * 32)(*[0, 9] * 16)
each("alarm setitimer timer_create timerfd_create signalfd4 rt_sigtimedwait rt_sigsuspend", 0, ctypes.addressof(held), 0)
""",
        prints=refused_calls("alarm setitimer timer_create timerfd_create signalfd4 rt_sigtimedwait rt_sigsuspend"),
    ),
    Hostile(
        "a process that stops itself would wait for ever",
        """
import signal
for number in signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN:
    print(libc.raise_(number) if hasattr(libc, "raise_") else getattr(libc, "raise")(int(number)) != 0)
    asked("kill", os.getpid(), int(number))
    asked("tgkill", os.getpid(), os.getpid(), int(number))
""",
        prints="True\nkill refused EPERM\ntgkill refused EPERM\n" * 3,
    ),
    Hostile(
        "every signal is ignored, and it waits",
        """
import select, signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
select.select([], [], [], None)
""",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "every signal is blocked, and it waits in the kernel",
        """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
while True:
    libc.poll(None, 0, -1)
""",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "other processes are traced, and their memory read and written",
        f"""
held = ctypes.create_string_buffer(64)
for pid in os.getppid(), os.getpid(), 1:
    for request in 0, 16, 0x4206:
        asked("ptrace", request, pid, 0, 0)
    each({_TRACED!r}, pid, ctypes.addressof(held), 1, ctypes.addressof(held), 1, 0)
""",
        prints=(refused(["ptrace"] * 3) + refused_calls(_TRACED)) * 3,
    ),
    Hostile(
        "limits of others are changed, and its own raised",
        """
import resource
for pid in 0, os.getpid(), os.getppid(), 1:
    tried("prlimit", lambda: resource.prlimit(pid, resource.RLIMIT_CPU, (0, 0)))
tried("read", lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU))
tried("read", lambda: resource.prlimit(0, resource.RLIMIT_CPU))
for limit in range(16):
    try:
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("RAISED", limit)
    except (OSError, ValueError):
        pass
held = (ctypes.c_uint64 * 2)(2**64 - 1, 2**64 - 1)
asked("setrlimit", 0, ctypes.addressof(held))
""",
        prints=refused("prlimit prlimit prlimit prlimit read") + "read WAS DONE\nsetrlimit refused EPERM\n",
    ),
    Hostile(
        "others, and itself, get more or less of the processor",
        f"""
held = ctypes.create_string_buffer(b"\\1" * 128)
for pid in 0, os.getppid(), 1:
    each({_SCHEDULED!r}, pid, 8, ctypes.addressof(held))
tried("nice", lambda: os.nice(-5))
tried("nice", lambda: os.nice(5))
tried("all", lambda: os.setpriority(os.PRIO_USER, 0, 19))
""",
        prints=refused_calls(_SCHEDULED) * 3 + refused("nice nice all"),
    ),
    Hostile(
        "the clock of the machine is set",
        """
held = (ctypes.c_long * 32)()
each("clock_settime settimeofday adjtimex", 0, ctypes.addressof(held))
import time
tried("python", lambda: time.clock_settime(0, 0))
""",
        prints=refused_calls("clock_settime settimeofday adjtimex") + refused("python"),
    ),
)
