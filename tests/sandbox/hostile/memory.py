"""Attacks on the memory: by pages, pipes, files, packed data, nesting, and stacks."""

from typing import Final

from tests.sandbox.hostile.snippets import Hostile, refused, refused_calls

# On a machine that is short of memory itself, taking it may take all the time.
_OF_MEMORY: Final = ("memory limit", "cpu limit")
_OVERFLOWS: Final = ("crash: signal SIGSEGV", "crash: signal SIGBUS", "crash: signal SIGKILL")

# 600 MiB of zeros, packed three times over.
_PACKED: Final = (
    "eNoB3wAg/3jaq7j19o6iXwyjSNtF85IjLIwhC7IimFe1sfiYNmVdYn3wekbLg+ysdO5QHYb2IxcXpTGyBDZqyRpt5jjy+1zkIf38"
    "vH3v+/23Tz5pwPNZ/n+97flt7AwMDAlPntWvs1vTz3j44KuHp1+Gg4Te7Hv7zsfcvbH++Xy/M4xAkcXltV8q8z8rfvj+KSmLDygg"
    "sffv9Kcfn4kVbN/1syKNHyxyvwmkdIKSBJBk0AVzLkA4hsicUZlRmVGZAZH59DnVMt6eTeb+erm49N/MQKH3ORtLd0io5ZebihgB"
    "AF+10ce/4nmi"
)

SNIPPETS: Final = (
    Hostile(
        "blocks of a megabyte",
        "kept = []\nwhile True:\n    kept.append(bytearray(1 << 20))\n",
        ends=_OF_MEMORY,
    ),
    Hostile("one block of a terabyte", "bytearray(1 << 40)\n", ends=_OF_MEMORY),
    Hostile(
        "small things without end",
        "kept = []\nwhile True:\n    kept.append([bytes(100) for _ in range(100_000)])\n",
        ends=_OF_MEMORY,
    ),
    Hostile(
        "a text that doubles, and a number that does",
        """
for thing in "x", (1,), [None]:
    try:
        while True:
            thing *= 2
    except MemoryError:
        print("refused")
    thing = None
number = 3
while True:
    number <<= 1 << 27
""",
        prints="refused\n" * 3,
        ends=_OF_MEMORY,
    ),
    Hostile(
        "pages by mmap, each of them touched",
        """
import mmap
kept = []
def taken():
    while True:
        block = mmap.mmap(-1, 1 << 24)
        kept.append(block)
        for at in range(0, len(block), 4096):
            block[at] = 1
tried("mmap", taken)
print(len(kept) <= 16)
""",
        prints="mmap refused ENOMEM\nTrue\n",
    ),
    Hostile(
        "pages by the library of C: huge, locked, reserved by the terabyte, at addresses of its own choice",
        """
libc.mmap.restype = ctypes.c_void_p
PRIVATE, ANONYMOUS, FIXED, LOCKED, NORESERVE, HUGE = 2, 0x20, 0x10, 0x2000, 0x4000, 0x40000
for size, flags in (1 << 40, 0), (1 << 46, NORESERVE), (1 << 30, HUGE), (4096, LOCKED), (1 << 35, FIXED):
    ctypes.set_errno(0)
    got = libc.mmap(ctypes.c_void_p(1 << 44), ctypes.c_size_t(size), 3, PRIVATE | ANONYMOUS | flags, -1, 0)
    print("refused" if got == 2**64 - 1 else f"GOT {got:x}")
""",
        prints="refused\n" * 5,
    ),
    Hostile(
        "so many mappings that the kernel runs out of numbers for them",
        """
libc.mmap.restype = ctypes.c_void_p
made = 0
while libc.mmap(None, ctypes.c_size_t(4096), 1 + made % 2 * 2, 0x22, -1, 0) != 2**64 - 1:
    made += 1
print(made > 1000)
""",
        prints=None,
        ends=("finished", "memory limit", "cpu limit", "exception: MemoryError", "crash: signal SIGSEGV"),
    ),
    Hostile(
        "memory in the kernel: pipes, and what is spliced into them",
        """
tried("python", os.pipe)
ends = (ctypes.c_int * 2)()
each("pipe pipe2 splice tee vmsplice sendfile", ctypes.addressof(ends), 0, 0, 0, 0)
asked("fallocate", 2, 0, 0, 1 << 30)
""",
        prints=refused("python") + refused_calls("pipe pipe2 splice tee vmsplice sendfile fallocate"),
    ),
    Hostile(
        "packed data: a kilobyte that unpacks to 600 MiB",
        f"""
import base64, zlib
data = base64.b64decode({_PACKED!r})
for _ in range(4):
    data = zlib.decompress(data)
print("UNPACKED", len(data))
""",
        ends=_OF_MEMORY,
    ),
    Hostile(
        "an archive of files that unpack to more than there is",
        f"""
import base64, io, zipfile, zlib
data = base64.b64decode({_PACKED!r})
for _ in range(3):
    data = zlib.decompress(data)
# The raw stream within: without the head of two bytes and the sum of four.
held = io.BytesIO()
with zipfile.ZipFile(held, "w") as archive:
    archive.writestr("zeros", data[2:-4])
raw = bytearray(held.getvalue())
size = (600 << 20).to_bytes(4, "little")
for mark, at in (b"PK\\x03\\x04", 8), (b"PK\\x01\\x02", 10):
    start = raw.find(mark)
    raw[start + at] = 8
    raw[start + at + 14 : start + at + 18] = size
print("UNPACKED", len(zipfile.ZipFile(io.BytesIO(raw)).read("zeros")))
""",
        ends=_OF_MEMORY,
    ),
    Hostile(
        "recursion in Python without a limit",
        """
import sys
sys.setrecursionlimit(10**9)
def deeper():
    deeper()
deeper()
""",
        ends=("memory limit", "step limit", "cpu limit", *_OVERFLOWS),
        prints=None,
    ),
    Hostile(
        "recursion in C, where no limit of Python's counts",
        """
chain = iter([1])
for _ in range(200_000):
    chain = map(str, chain)
next(chain)
""",
        ends=_OVERFLOWS,
    ),
    Hostile(
        "recursion in C when what is nested goes away",
        """
class Nested:
    pass
nested = None
for _ in range(500_000):
    nested = (nested,)
del nested
print("gone")
""",
        prints="gone\n",
        ends=("finished", "cpu limit", "memory limit"),
    ),
    Hostile(
        "nesting that others read: json, repr, copy, pickle, compile",
        """
import copy, json, pickle
nested = []
for _ in range(100_000):
    nested = [nested]
for attempt in (
    lambda: json.loads("[" * 1_000_000), lambda: json.dumps(nested), lambda: repr(nested), lambda: copy.deepcopy(nested),
    lambda: pickle.dumps(nested), lambda: nested == [[nested]], lambda: compile("(" * 100_000, "x", "exec"),
    lambda: compile("-" * 100_000 + "1", "x", "exec"),
):
    try:
        attempt()
        print("WAS DONE")
    except (RecursionError, MemoryError, SyntaxError):
        print("refused")
""",
        prints="refused\n" * 8,
    ),
    Hostile(
        "stacks: threads each with a gigabyte, and a stack that is used up in C",
        """
import threading
for size in 1 << 30, 1 << 40:
    try:
        threading.stack_size(size)
        threading.Thread(target=print).start()
        print("BEGUN")
    except (RuntimeError, ValueError) as error:
        print(type(error).__name__)
""",
        prints="RuntimeError\nRuntimeError\n",
    ),
    Hostile(
        "garbage that is never collected",
        """
import gc
gc.disable()
class Knot:
    def __init__(self):
        self.itself, self.much = self, bytearray(100_000)
while True:
    Knot()
""",
        ends=("memory limit", "step limit", "recorder failure: MemoryError"),
        prints=None,
    ),
    Hostile(
        "every error is caught, also that there is no memory, and more is asked for",
        """
kept = []
while True:
    try:
        while True:
            kept.append(bytes(1 << 16))
    except BaseException:
        pass
""",
        ends=("cpu limit", "memory limit"),
        prints=None,
    ),
    Hostile(
        "the last words are mapped, and written beyond their end",
        """
import mmap
block = mmap.mmap(2, 8192)
block[:] = b"x" * 8192
tried("grown", lambda: block.resize(1 << 20))
libc.mmap.restype = ctypes.c_void_p
at = libc.mmap(None, ctypes.c_size_t(1 << 20), 3, 1, 2, 0)
ctypes.memset(at + 65536, 1, 1)
""",
        prints=None,
        ends=("crash: signal SIGBUS",),
    ),
)
