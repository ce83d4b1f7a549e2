"""Files of a fixed size, through which a child is spoken to.

A pipe needs somebody at each end: a child that does not read holds up who writes, and a child
that floods it, or leaves it open in a process of its own, holds up who reads. A file of a fixed
size can do neither, and it keeps what was written when its writer is killed.
"""

import mmap
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

LAST_WORDS_BYTES: Final = 8 * 1024
"""What the interpreter says on its way out, for the log. A snippet's own output is in the journal."""

_IS_LINUX: Final = hasattr(os, "memfd_create")


class Scratch:
    """A new file of `size` bytes that reads as `content`, then zeros, and goes when it is closed.

    Where the kernel can, nobody may make it longer, which would take memory without a limit, or
    shorter, which would crash who has it mapped.
    """

    def __init__(self, size: int, content: bytes = b"") -> None:
        self.size: Final = size
        self.descriptor, self.path = _opened()
        """`path` is what a child opens it by that has inherited the descriptor; on Windows, any process."""
        try:
            os.truncate(self.descriptor, size)
            self.fill(content)
            if _IS_LINUX:
                _seal(self.descriptor)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fill(self, content: bytes) -> None:
        """Write `content` to the beginning."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        while content:
            content = content[os.write(self.descriptor, content) :]
        os.lseek(self.descriptor, 0, os.SEEK_SET)

    def mapped(self) -> mmap.mmap:
        """The file's bytes, which stay readable after it is closed."""
        # Where there are no seals, the file may have been cut short: what is missing reads as zeros.
        os.truncate(self.descriptor, self.size)
        return mmap.mmap(self.descriptor, self.size, access=mmap.ACCESS_READ)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self.descriptor)
        if sys.platform == "win32":
            # A file that is still mapped cannot be removed there; the folder for such files is emptied by the system.
            with suppress(OSError):
                Path(self.path).unlink()


def _opened() -> tuple[int, str]:
    if _IS_LINUX:
        descriptor = os.memfd_create("yieldscope", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        return descriptor, f"/dev/fd/{descriptor}"
    descriptor, path = tempfile.mkstemp()
    if sys.platform == "win32":
        return descriptor, path
    Path(path).unlink()
    return descriptor, f"/dev/fd/{descriptor}"


def _seal(descriptor: int) -> None:
    import fcntl  # noqa: PLC0415 (absent from Windows)

    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
