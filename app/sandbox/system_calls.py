"""The system calls a child may make, as a program for the kernel (seccomp, by libseccomp).

An allow-list: what a Python program does with its own memory, its own threads, the clock and the
files it may read. Whatever else it asks the kernel for is refused with EPERM, which Python raises
as PermissionError: sockets, processes, signals, writing, pipes, namespaces, tracing, keys, bpf,
io_uring, whatever comes with the next kernel. Calls by the numbers of another architecture (int
0x80, x32) end the process.
"""

import os
from collections.abc import Sequence
from errno import ENOSYS, EPERM
from functools import cache
from tempfile import TemporaryFile
from typing import Final

_ALLOWED: Final = {
    "memory": "brk madvise mmap mprotect mremap munmap membarrier",
    "its own threads": (
        "exit exit_group futex get_robust_list getcpu gettid rseq sched_getaffinity sched_getparam sched_getscheduler "
        "sched_yield set_robust_list set_tid_address sigaltstack"
    ),
    "signals of its own": "rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn restart_syscall",
    "the clock": "clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep time times",
    "waiting": "poll ppoll pselect6 select wait4 waitid",
    "itself": (
        "getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid "
        "getrlimit getrusage getsid getuid sysinfo umask uname"
    ),
    "what it has opened": (
        "close close_range dup dup2 dup3 fadvise64 fstat getdents64 lseek pread64 preadv read readv write writev"
    ),
    "what files there are": "access faccessat faccessat2 getcwd lstat newfstatat readlink readlinkat stat statx",
}

# clone(2), of threads alone: all of the first must be set, none of the second. What glibc asks for to make a thread
# has the first three; the rest are new processes, namespaces, tracing, and other parents.
_CLONE_THREAD: Final = 0x0001_0000 | 0x0000_0800 | 0x0000_0100  # CLONE_THREAD, CLONE_SIGHAND, CLONE_VM
_CLONE_OTHERWISE: Final = 0x7E02_0080 | 0x0000_F000  # CLONE_NEW*; PARENT, VFORK, PTRACE, PIDFD

_PR_SET_NAME: Final = 15
_PR_GET_NAME: Final = 16
_COMMANDS_OF_FCNTL: Final = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
_COMMANDS_OF_IOCTL: Final = (0x5401, 0x5450, 0x5451)  # TCGETS (isatty), FIONCLEX, FIOCLEX

# What opens a file in any way but for reading it. O_PATH is no way around: what it opens cannot be read.
_OPENS_OTHERWISE: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# glibc tries these first and goes on without them where the kernel does not know them; told that they are forbidden
# it would give up.
_UNKNOWN: Final = ("clone3", "openat2")


@cache
def filter_program(*, may_open: bool) -> bytes:
    """The filter, for `prctl(PR_SET_SECCOMP)`: instructions of eight bytes each.

    `may_open`: files can be opened for reading, so that something else has to hold which. Raises
    ImportError or RuntimeError where libseccomp is missing.
    """
    import pyseccomp as seccomp  # noqa: PLC0415 (looks for libseccomp, which takes 30 ms)

    rules = seccomp.SyscallFilter(seccomp.ERRNO(EPERM))
    rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)

    def allow(name: str, *arguments: object) -> None:
        # Each architecture lacks some: those that others have replaced.
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) >= 0:
            rules.add_rule(seccomp.ALLOW, name, *arguments)

    def allow_one_of(name: str, argument: int, values: Sequence[int]) -> None:
        for value in values:
            allow(name, seccomp.Arg(argument, seccomp.MASKED_EQ, 0xFFFF_FFFF, value))

    for names in _ALLOWED.values():
        for name in names.split():
            allow(name)
    allow("clone", seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_THREAD | _CLONE_OTHERWISE, _CLONE_THREAD))
    allow_one_of("fcntl", 1, _COMMANDS_OF_FCNTL)
    allow_one_of("ioctl", 1, _COMMANDS_OF_IOCTL)
    allow_one_of("prctl", 0, (_PR_SET_NAME, _PR_GET_NAME))
    # Its own limits may be read, and nobody's changed.
    allow("prlimit64", seccomp.Arg(0, seccomp.EQ, 0), seccomp.Arg(2, seccomp.EQ, 0))
    if may_open:
        allow("openat", seccomp.Arg(2, seccomp.MASKED_EQ, _OPENS_OTHERWISE, 0))
        allow("open", seccomp.Arg(1, seccomp.MASKED_EQ, _OPENS_OTHERWISE, 0))
    for name in _UNKNOWN:
        rules.add_rule(seccomp.ERRNO(ENOSYS), name)
    with TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
