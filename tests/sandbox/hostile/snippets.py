"""What a hostile snippet is, what it finds before its first line, and what is expected of it.

A snippet asks for what it must not have, and prints what became of it: `socket refused EPERM`, or
`socket WAS DONE`. Where the kernel's answer tells the filter's refusal from its own, it is asked
so: for a file that is not there, or with arguments that make no sense, which only somebody who was
let through would be told.
"""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from errno import EPERM, errorcode
from functools import cache
from typing import Final

from app.sandbox import system_calls
from app.sandbox.layers import Layers
from app.trace import Outcome

MARK: Final = "hostile-mark"
"""What every file that a snippet tries to make is called."""

SCRATCH: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 (they are watched, not used)
"""Where anybody may make files."""

WAITS: Final = 0.6
"""The deadline, in seconds, of a snippet that only waits to be ended."""

_PRELUDE: Final = """\
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NUMBERS, MARK, SCRATCH, SECRET = {numbers}, {mark!r}, {scratch!r}, {secret!r}
def tried(what, attempt):
    try:
        attempt()
    except OSError as error:
        print(what, "refused", errno.errorcode.get(error.errno, str(error)))
    else:
        print(what, "WAS DONE")
def kernel(number, *arguments):
    ctypes.set_errno(0)
    got = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    if got == -1:
        raise OSError(ctypes.get_errno(), "")
    return got
def asked(name, *arguments):
    tried(name, lambda: kernel(NUMBERS[name], *arguments))
def each(names, *arguments):
    for name in names.split():
        if name in NUMBERS:
            asked(name, *arguments)
"""


@dataclass(frozen=True, slots=True)
class Where:
    """What a snippet prints instead where these layers are on, or off; None means either."""

    prints: str
    landlock: bool | None = None
    own_uid: bool | None = None
    bubblewrap: bool | None = None

    def holds(self, layers: Layers) -> bool:
        """Whether it is about these layers."""
        wanted = {"landlock": self.landlock, "own_uid": self.own_uid, "bubblewrap": self.bubblewrap}
        return all(is_on is None or is_on == layers.as_dict()[name] for name, is_on in wanted.items())


@dataclass(frozen=True, slots=True)
class Hostile:
    """A snippet that attacks.

    `ends` is how it has to end, as `told` says it, or several ways that are all right; None where it
    spoils its recording so that it may end anyhow. `prints` is the whole of its standard output, None where that is not looked at. `elsewhere` says where another
    text is right. `seconds` is its deadline, `machine` the only one whose code it speaks.
    """

    name: str
    source: str
    prints: str | None = ""
    ends: str | tuple[str, ...] | None = "finished"
    elsewhere: tuple[Where, ...] = ()
    seconds: float = 30.0
    machine: str | None = None
    prelude: bool = True

    def program(self, secret: str) -> str:
        """The whole source; `secret` is the path of a file that is none of its business."""
        if not self.prelude:
            return self.source
        named = {name: number for name in _NAMES.split() if (number := number_of(name)) is not None}
        prelude = _PRELUDE.format(numbers=named, mark=MARK, scratch=SCRATCH, secret=secret)
        if "PASSES" in self.source:
            prelude += f"PASSES = {_passes()}\n"
        return prelude + self.source

    def expected_prints(self, layers: Layers) -> str | None:
        """What it has to print behind these layers."""
        return next((where.prints for where in self.elsewhere if where.holds(layers)), self.prints)

    def may_end(self, outcome: Outcome) -> bool:
        """Whether it may end like this."""
        return self.ends is None or told(outcome) in ((self.ends,) if isinstance(self.ends, str) else self.ends)


def told(outcome: Outcome) -> str:
    """An outcome in a line: its kind, and what it says."""
    return ": ".join(filter(None, (outcome.kind, outcome.type, outcome.message)))


def refused(names: str | Iterable[str], number: int = EPERM) -> str:
    """What is printed of attempts that are all refused with one number."""
    listed = names.split() if isinstance(names, str) else names
    return "".join(f"{name} refused {errorcode[number]}\n" for name in listed)


def refused_calls(names: str, number: int = EPERM) -> str:
    """The same of system calls, those of them that this architecture has."""
    return refused([name for name in names.split() if number_of(name) is not None], number)


@cache
def number_of(name: str) -> int | None:
    """A system call's number on this machine; None where it has none."""
    import pyseccomp

    number = int(pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name))
    return number if number >= 0 else None


def _passes() -> set[int]:
    """The numbers that the filter names, be it under conditions."""
    names = " ".join(system_calls._ALLOWED.values()).split()
    conditional = "clone fcntl ioctl prctl prlimit64 openat open".split()
    return {number for name in (*names, *conditional) if (number := number_of(name)) is not None}


def runs_here(snippet: Hostile) -> bool:
    """Whether this machine understands the snippet."""
    return snippet.machine in (None, platform.machine())


# Every system call that a snippet names.
_NAMES: Final = """
    accept accept4 acct add_key adjtimex alarm bind bpf capset chdir chmod chown chroot clock_settime clone clone3
    connect copy_file_range creat delete_module epoll_create1 eventfd2 execve execveat fallocate fanotify_init
    fchdir fchmod fchmodat fchown finit_module flock fork fsconfig fsetxattr fsmount fsopen fsync ftruncate futimesat
    getxattr init_module inotify_init inotify_init1 io_setup io_submit io_uring_enter io_uring_register io_uring_setup
    ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl kill landlock_create_ruleset landlock_restrict_self
    lchown link linkat listen listmount lookup_dcookie lsm_set_self_attr mbind memfd_create memfd_secret migrate_pages
    mkdir mkdirat mknod mknodat mlock mlockall modify_ldt mount mount_setattr move_mount move_pages mq_open mq_unlink
    msgget msgsnd name_to_handle_at nfsservctl open open_by_handle_at open_tree openat2 perf_event_open personality
    pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_mprotect process_madvise
    process_mrelease process_vm_readv process_vm_writev ptrace pwrite64 pwritev quotactl reboot recvfrom recvmsg
    remap_file_pages rename renameat renameat2 request_key rmdir rt_sigqueueinfo rt_sigsuspend rt_sigtimedwait
    rt_tgsigqueueinfo sched_setaffinity sched_setattr sched_setparam sched_setscheduler seccomp semget semop sendfile
    sendmmsg sendmsg sendto set_mempolicy setdomainname setfsgid setfsuid setgid setgroups sethostname setitimer setns
    setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid settimeofday setuid setxattr shmat
    shmget shutdown signalfd4 socket socketpair splice statmount swapoff swapon symlink symlinkat sync sync_file_range
    syncfs sysfs syslog tee tgkill timer_create timerfd_create tkill truncate umount2 unlink unlinkat unshare uselib
    userfaultfd ustat utime utimensat utimes vfork vhangup vmsplice
"""
