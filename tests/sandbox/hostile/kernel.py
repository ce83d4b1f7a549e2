"""Attacks on the kernel's surface: all of it that a snippet has no business with, and foreign numbers."""

from typing import Final

from tests.sandbox.hostile.snippets import Hostile, refused, refused_calls

_FILE_SYSTEMS: Final = (
    "mount umount2 fsopen fsconfig fsmount move_mount open_tree mount_setattr statmount listmount swapon swapoff "
    "quotactl ustat sysfs uselib lookup_dcookie nfsservctl"
)
_MACHINE: Final = (
    "reboot kexec_load kexec_file_load init_module finit_module delete_module syslog ioperm iopl modify_ldt"
)
_RINGS: Final = "io_uring_setup io_uring_enter io_uring_register io_setup io_submit"
_MEMORY: Final = "mbind set_mempolicy mlock mlockall pkey_alloc pkey_mprotect remap_file_pages memfd_secret userfaultfd"
_SECURITY: Final = "seccomp landlock_create_ruleset landlock_restrict_self lsm_set_self_attr"

# Machine code that makes a system call the way the 32 bits of old did (int 0x80), by number 20, getpid.
_INT_80: Final = """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b814000000cd80c3"))
called = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
print("before", flush=True)
print("WAS DONE", called())
"""

SNIPPETS: Final = (
    Hostile(
        "io_uring, and the asynchronous input and output before it",
        f"""
held = ctypes.create_string_buffer(256)
each({_RINGS!r}, 8, ctypes.addressof(held), 0, 0, 0, 0)
""",
        prints=refused_calls(_RINGS),
    ),
    Hostile(
        "keys: the kernel's keyring is shared by all of a user",
        """
held = ctypes.create_string_buffer(b"user")
each("add_key request_key", ctypes.addressof(held), ctypes.addressof(held), ctypes.addressof(held), 4, -3)
for operation in range(32):
    asked("keyctl", operation, -3, 0, 0, 0)
""",
        prints=refused("add_key request_key") + refused("keyctl") * 32,
    ),
    Hostile(
        "programs for the kernel and its counters: bpf, perf, userfaultfd",
        """
held = ctypes.create_string_buffer(256)
for command in range(40):
    asked("bpf", command, ctypes.addressof(held), 128)
asked("perf_event_open", ctypes.addressof(held), 0, -1, -1, 0)
asked("perf_event_open", ctypes.addressof(held), -1, 0, -1, 0)
for flags in 0, 1:
    asked("userfaultfd", flags)
""",
        prints=refused("bpf") * 40 + refused("perf_event_open perf_event_open userfaultfd userfaultfd"),
    ),
    Hostile(
        "namespaces: a user namespace would make it root of its own",
        """
for flags in 0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x7E020000, 0x200, 0x400, 0:
    asked("unshare", flags)
for kind in 0, 0x10000000, 0x40000000:
    asked("setns", 0, kind)
tried("python", lambda: os.unshare(os.CLONE_NEWUSER))
""",
        prints=refused("unshare") * 9 + refused("setns") * 3 + refused("python"),
    ),
    Hostile(
        "file systems are mounted, and what is beneath them looked at",
        f"""
held = ctypes.create_string_buffer(b"tmpfs", 256)
at = ctypes.addressof(held)
each({_FILE_SYSTEMS!r}, at, at, at, 0, 0)
tried("chroot", lambda: os.chroot("/"))
""",
        prints=refused_calls(_FILE_SYSTEMS) + refused("chroot"),
    ),
    Hostile(
        "the machine itself: modules, another kernel, ports, its log (nothing that would be done if it were let)",
        f"""
each({_MACHINE!r}, 0, 0, 0, 0, 0)
""",
        prints=refused_calls(_MACHINE),
    ),
    Hostile(
        "memory in ways that Python has no use for",
        f"""
each({_MEMORY!r}, 0, 0, 0, 0, 0, 0)
""",
        prints=refused_calls(_MEMORY),
    ),
    Hostile(
        "its own confinement is changed",
        f"""
each({_SECURITY!r}, 0, 0, 0)
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_MM, PR_SET_PTRACER = 4, 22, 1, 38, 35, 0x59616D61
for option in PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_MM, PR_SET_PTRACER, 8, 24, 28, 36, 47:
    for argument in 0, 1, 2:
        try:
            kernel({{"x86_64": 157, "aarch64": 167}}[os.uname().machine], option, argument, 0, 0, 0)
            print("DONE", option, argument)
        except OSError as error:
            assert error.errno == errno.EPERM, error
""",
        prints=refused_calls(_SECURITY),
    ),
    Hostile(
        "every number of the kernel's that the filter does not name",
        """
import mmap
# Those that are let pass are known, and not tried with nonsense. No filter is asked about the two of x86_64 for
# probes of returns (335, 336): they end who makes them from anywhere else than a probe.
done = []
for number in range(600):
    if number not in PASSES | {335, 336}:
        try:
            kernel(number, 0, 0, 0, 0, 0, 0)
            done.append(number)
        except OSError as error:
            if error.errno != errno.EPERM and error.errno != errno.ENOSYS:
                done.append((number, error.errno))
print(done)
""",
        prints="[]\n",
    ),
    Hostile(
        "the numbers of 32 bits, by machine code",
        _INT_80,
        prints="before\n",
        ends=("crash: signal SIGSYS", "crash: signal SIGSEGV"),
        machine="x86_64",
    ),
    Hostile(
        "the numbers of x32, which are those of 64 bits with a bit more",
        """
print("before", flush=True)
print("WAS DONE", libc.syscall(ctypes.c_long(0x40000000 | 39)))
""",
        prints="before\n",
        ends="crash: signal SIGSYS",
        machine="x86_64",
    ),
    Hostile(
        "numbers whose upper half is not empty, which the kernel cuts off and a filter might not",
        """
asked_for = NUMBERS["socket"]
for upper in 1, 0x7FFFFFFF:
    tried("socket", lambda: kernel(asked_for | upper << 32, 2, 1, 0))
tried("clone", lambda: kernel(NUMBERS["clone"], 17 | 1 << 32, 0, 0, 0, 0))
tried("openat", lambda: kernel(NUMBERS["open"] if "open" in NUMBERS else NUMBERS["openat2"], 0, os.O_RDWR | 1 << 40))
""",
        prints=None,
    ),
    Hostile(
        "commands for devices, which are for their drivers to judge",
        """
import fcntl
for request in 0x5412, 0x5413, 0x541B, 0x5421, 0x4B4D, 0x1260, 0x8912, 0x40086602, 0xC0045877:
    for descriptor in 0, 1, 2:
        try:
            fcntl.ioctl(descriptor, request, b"\\0" * 64)
            print("DONE", hex(request))
        except OSError as error:
            if error.errno != errno.EPERM:
                print(hex(request), error)
""",
        prints="",
    ),
    Hostile(
        "pages that are code as well, and the machine's oddest instructions",
        """
import mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("f4") * 16)
print("before", flush=True)
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
""",
        prints="before\n",
        ends=("crash: signal SIGSEGV", "crash: signal SIGILL"),
        machine="x86_64",
    ),
)
