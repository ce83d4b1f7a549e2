"""Attacks on files and secrets: what is in the environment, in /proc, on the disk, and left open."""

from errno import EACCES, ENOENT, EPERM
from typing import Final

from tests.sandbox.hostile.snippets import Hostile, Where, refused, refused_calls

_PATHS: Final = "passwd shadow hostname env null random"
_OF_ITSELF: Final = "environ mem maps status cmdline auxv stack syscall fd map_files"
_OPENED: Final = "write create append truncate both temporary path-truncate"
_CHANGES: Final = (
    "chmod fchmod fchmodat chown lchown fchown utime utimes utimensat futimesat truncate ftruncate link linkat symlink "
    "symlinkat rename renameat renameat2 mkdir mkdirat rmdir unlink unlinkat mknod mknodat setxattr fsetxattr fallocate "
    "creat copy_file_range flock fsync sync syncfs sync_file_range pwrite64 pwritev"
)


def _nothing_opens(names: str) -> tuple[Where, ...]:
    """Without Landlock and bubblewrap the filter lets nothing be opened at all."""
    return (Where(refused(names, EPERM), landlock=False, bubblewrap=False),)


SNIPPETS: Final = (
    Hostile(
        "the environment, of Python and of C",
        """
names = set(os.environ)
index = 0
first = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
while first[index]:
    names.add(first[index].decode().partition("=")[0])
    index += 1
print(sorted(names - {"LANG", "LC_CTYPE", "MALLOC_ARENA_MAX", "PWD", "PYTHONHASHSEED", "COLUMNS", "LINES"}))
""",
        prints="[]\n",
    ),
    Hostile(
        "the memory behind the arguments, where the first process of a family keeps its secrets",
        """
block = ctypes.POINTER(ctypes.c_void_p).in_dll(libc, "environ")
at = block[0]
while True:
    if b"hunt" + b"er" in ctypes.string_at(at, 4096):
        print("FOUND")
    at += 2048
""",
        ends=("crash: signal SIGSEGV", "crash: signal SIGBUS"),
    ),
    Hostile(
        "a file of the server's that all the machine may read",
        """
tried("opened", lambda: open(SECRET))
tried("found", lambda: os.stat(SECRET))
tried("listed", lambda: os.listdir(os.path.dirname(SECRET)))
""",
        prints=refused("opened", EACCES) + "found WAS DONE\n" + refused("listed", EACCES),
        # Nobody is kept from asking whether a file is there (stat), but where the file is out of sight.
        elsewhere=(
            Where(refused("opened found listed", ENOENT), bubblewrap=True),
            Where("opened refused EPERM\nfound WAS DONE\nlisted refused EPERM\n", landlock=False),
        ),
    ),
    Hostile(
        "files that everybody may read",
        f"""
paths = "/etc/passwd /etc/shadow /etc/hostname /usr/bin/env /dev/null /dev/urandom".split()
for name, path in zip({_PATHS!r}.split(), paths):
    tried(name, lambda: os.close(os.open(path, os.O_RDONLY)))
""",
        prints=refused(_PATHS, EACCES),
        elsewhere=(
            *_nothing_opens(_PATHS),
            # There is no /etc behind bubblewrap, and a /dev of its own; /usr is there, for Python needs it.
            Where(
                refused("passwd shadow hostname", ENOENT) + "env WAS DONE\nnull WAS DONE\nrandom WAS DONE\n",
                landlock=False,
            ),
            Where(refused("passwd shadow hostname", ENOENT) + refused("env null random", EACCES), bubblewrap=True),
        ),
    ),
    Hostile(
        "its own environment, memory and files in /proc",
        """
for name in "environ mem maps status cmdline auxv stack syscall".split():
    tried(name, lambda: os.close(os.open("/proc/self/" + name, os.O_RDONLY)))
tried("fd", lambda: os.listdir("/proc/self/fd"))
tried("map_files", lambda: os.listdir("/proc/self/map_files"))
""",
        prints=refused(_OF_ITSELF, EACCES),
        elsewhere=(
            *_nothing_opens(_OF_ITSELF),
            # What it may see of itself is no secret: the environment is empty, the memory its own.
            Where(
                "".join(f"{name} WAS DONE\n" for name in _OF_ITSELF.split()),
                landlock=False,
            ),
        ),
    ),
    Hostile(
        "the environment and memory of the fork server in /proc",
        """
folder = f"/proc/{os.getppid()}/"
for name in "environ maps auxv".split():
    tried(name, lambda: os.close(os.open(folder + name, os.O_RDONLY)))
# Memory lies where it does in the child, which is its copy.
tried("mem", lambda: os.pread(os.open(folder + "mem", os.O_RDONLY), 8, id(os)))
tried("fd", lambda: os.open(folder + "fd/3", os.O_RDONLY))
tried("exe", lambda: os.readlink(folder + "exe"))
tried("cwd", lambda: os.stat(folder + "cwd/"))
tried("root", lambda: os.stat(folder + "root/"))
""",
        prints=refused("environ maps auxv mem fd exe cwd root", EACCES),
        elsewhere=(
            Where(
                refused("environ maps auxv mem fd", EPERM) + refused("exe cwd root", EACCES),
                landlock=False,
                bubblewrap=False,
            ),
        ),
    ),
    Hostile(
        "the environment and memory of every process that there is",
        """
def all_of(pid, name):
    held = os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
    try:
        return os.pread(held, 4096, id(os) if name == "mem" else 0)
    finally:
        os.close(held)
seen = 0
me = os.getpid()
for pid in {1, *range(2, 200), *range(me - 50, me + 50)} - {me}:
    for name in "environ", "mem", "maps", "root/etc/passwd", "fd/3", f"task/{pid}/environ":
        try:
            got = all_of(pid, name)
            # Of who has just ended there is nothing to be read.
            if got and pid != 1:
                print("OPENED", pid, name)
            if b"hunt" + b"er" in got:
                print("SECRET", pid, name)
        except OSError as error:
            seen += error.errno in (errno.EACCES, errno.EPERM)
print(seen > 3)
""",
        prints="True\n",
    ),
    Hostile(
        "a file is opened for anything but reading",
        f"""
ways = (os.O_WRONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_APPEND, os.O_TRUNC, os.O_RDWR,
        os.O_RDWR | os.O_TMPFILE, os.O_PATH | os.O_TRUNC)
for name, way in zip({_OPENED!r}.split(), ways, strict=True):
    for folder in SCRATCH:
        where = folder if name == "temporary" else f"{{folder}}/{{MARK}}"
        tried(name, lambda: os.close(os.open(where, way, 0o666)))
""",
        prints="".join(refused([name] * 3) for name in _OPENED.split()),
    ),
    Hostile(
        "what is there is changed: names, rights, times, owners, lengths",
        f"""
held = ctypes.create_string_buffer(f"/tmp/{{MARK}}".encode())
each({_CHANGES!r}, ctypes.addressof(held), ctypes.addressof(held), 0, 0, 0)
""",
        prints=refused_calls(_CHANGES),
    ),
    Hostile(
        "the secret file is changed by the functions of Python",
        """
other = SECRET + MARK
for name, attempt in {
    "open": lambda: open(SECRET, "a"), "chmod": lambda: os.chmod(SECRET, 0), "utime": lambda: os.utime(SECRET),
    "truncate": lambda: os.truncate(SECRET, 0), "link": lambda: os.link(SECRET, other),
    "symlink": lambda: os.symlink(SECRET, other), "rename": lambda: os.rename(SECRET, other),
    "unlink": lambda: os.unlink(SECRET), "chown": lambda: os.chown(SECRET, 0, 0),
    "mkdir": lambda: os.mkdir(other), "mkfifo": lambda: os.mkfifo(other), "rmdir": lambda: os.rmdir(SECRET),
    "setxattr": lambda: os.setxattr(SECRET, "user.a", b""),
}.items():
    tried(name, attempt)
""",
        prints=refused("open chmod utime truncate link symlink rename unlink chown mkdir mkfifo rmdir setxattr"),
    ),
    Hostile(
        "a file is opened by its handle, past every folder above it",
        """
held, mount = ctypes.create_string_buffer(160), ctypes.c_int()
ctypes.cast(held, ctypes.POINTER(ctypes.c_uint))[0] = 128
path = ctypes.create_string_buffer(b"/")
asked("name_to_handle_at", -100, ctypes.addressof(path), ctypes.addressof(held), ctypes.addressof(mount), 0)
asked("open_by_handle_at", -100, ctypes.addressof(held), 0)
""",
        prints=refused("name_to_handle_at open_by_handle_at"),
    ),
    Hostile(
        "ways around open: O_PATH, a folder as a place to start, openat2",
        """
def read(descriptor):
    return os.read(descriptor, 10)
tried("path", lambda: read(os.open(SECRET, os.O_PATH)))
tried("again", lambda: read(os.open(f"/proc/self/fd/{os.open(SECRET, os.O_PATH)}", os.O_RDONLY)))
tried("above", lambda: read(os.open("etc/passwd", os.O_RDONLY, dir_fd=os.open("/", os.O_PATH | os.O_DIRECTORY))))
tried("dots", lambda: read(os.open(os.__file__.rpartition("/")[0] + "/../../../../../../../.." + SECRET, os.O_RDONLY)))
held = ctypes.create_string_buffer(SECRET.encode())
how = (ctypes.c_uint64 * 3)()
asked("openat2", -100, ctypes.addressof(held), ctypes.addressof(how), 24)
""",
        prints="path refused EBADF\n" + refused("again above dots", EACCES) + "openat2 refused ENOSYS\n",
        elsewhere=(
            Where(refused("path again above dots") + "openat2 refused ENOSYS\n", landlock=False, bubblewrap=False),
            Where(refused("path again above dots", ENOENT) + "openat2 refused ENOSYS\n", bubblewrap=True),
        ),
    ),
    Hostile(
        "descriptors that were left open",
        """
open_ones = []
for descriptor in range(4096):
    try:
        os.fstat(descriptor)
        open_ones.append(descriptor)
    except OSError:
        pass
print(open_ones)
for descriptor in 0, 1:
    tried("read", lambda: print(os.read(descriptor, 10)))
""",
        prints="[0, 1, 2]\nb''\nread WAS DONE\nb''\nread WAS DONE\n",
    ),
    Hostile(
        "the file of last words is made long, short, or into something that runs",
        """
import fcntl
tried("truncate", lambda: os.ftruncate(2, 1 << 40))
tried("seals", lambda: fcntl.fcntl(2, 1034))
tried("seal", lambda: fcntl.fcntl(2, 1033, 8))
tried("owner", lambda: fcntl.fcntl(2, fcntl.F_SETOWN, os.getpid()))
tried("lease", lambda: fcntl.fcntl(2, 1024, fcntl.F_WRLCK))
tried("lock", lambda: fcntl.fcntl(2, fcntl.F_SETLK, b"\\0" * 32))
tried("pipe", lambda: fcntl.fcntl(2, 1031, 1 << 20))
""",
        prints=refused("truncate seals seal owner lease lock pipe"),
    ),
    Hostile(
        "files are watched: inotify, fanotify",
        """
asked("inotify_init")
asked("inotify_init1", 0)
asked("fanotify_init", 0, 0)
""",
        prints=refused_calls("inotify_init inotify_init1 fanotify_init"),
    ),
    Hostile(
        "memory that is a file: memfd, secret memory, shared memory",
        """
held = ctypes.create_string_buffer(MARK.encode())
asked("memfd_create", ctypes.addressof(held), 0)
asked("memfd_secret", 0)
tried("python", lambda: os.memfd_create(MARK))
tried("python", lambda: os.memfd_create(MARK, os.MFD_ALLOW_SEALING))
""",
        prints=refused_calls("memfd_create memfd_secret") + refused("python python"),
    ),
    Hostile(
        "what is installed beside the standard library is imported",
        """
import importlib, sys
for name in "pip", "setuptools", "fastapi", "sqlalchemy", "app.settings", "app.main", "app.sandbox.runner", "tests":
    try:
        importlib.import_module(name)
        print("IMPORTED", name)
    except ImportError as error:
        print(type(error).__name__)
sys.path.append(os.path.dirname(SECRET))
""",
        prints="ModuleNotFoundError\n" * 8,
        # Where files are held by bubblewrap alone, what the fork server is made of can be read; it says nothing secret.
        elsewhere=(
            Where(
                "ModuleNotFoundError\n" * 4
                + "IMPORTED app.settings\nModuleNotFoundError\nIMPORTED app.sandbox.runner\nModuleNotFoundError\n",
                landlock=False,
                bubblewrap=True,
            ),
        ),
    ),
    Hostile(
        "the modules of the sandbox that came with the fork server say nothing secret",
        """
import sys
for name, module in list(sys.modules.items()):
    for value in list(vars(module).values()) if module else ():
        if isinstance(value, str) and "hunter" + "2" in value:
            print("FOUND", name)
""",
    ),
)
