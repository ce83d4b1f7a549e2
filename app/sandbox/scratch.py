"""Files without a name, through which a child is spoken to.

A pipe needs somebody at each end: a child that does not read holds up who writes, and a child
that floods it, or leaves it open in a process of its own, holds up who reads. A file of a fixed
size can do neither.
"""

import fcntl
import mmap
import os
import tempfile
from pathlib import Path
from typing import Final

_IS_LINUX: Final = hasattr(os, "memfd_create")


def scratch(size: int, content: bytes = b"") -> int:
    """The descriptor of a new file of `size` bytes that goes when it is closed.

    It reads as `content`, then zeros. Where the kernel can, nobody may make it longer, which
    would take memory without a limit, or shorter, which would crash who has it mapped.
    """
    descriptor = _nameless()
    try:
        os.truncate(descriptor, size)
        os.pwrite(descriptor, content, 0)
        if _IS_LINUX:
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def mapped(descriptor: int, size: int) -> mmap.mmap:
    """The file's bytes, which stay readable after the descriptor is closed."""
    # Where there are no seals, the file may have been cut short: what is missing reads as zeros.
    os.truncate(descriptor, size)
    return mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)


def _nameless() -> int:
    if _IS_LINUX:
        return os.memfd_create("yieldscope", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    descriptor, path = tempfile.mkstemp()
    Path(path).unlink()
    return descriptor
