"""The requests to the kernel that Python has no function for."""

import ctypes
import os
import signal
from typing import Final

_libc: Final = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_KEEPCAPS: Final = 8
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_CAPABILITY_VERSION_3: Final = 0x20080522
_CAP_DAC_READ_SEARCH: Final = 2
_BYTES_OF_INSTRUCTION: Final = 8


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def end_with_parent(parent: int) -> None:
    """Be killed when the parent ends. It is no more where this process has another parent already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def hide_memory() -> None:
    """Let no process of the same user trace this one, or read its memory and environment in /proc."""
    _prctl(_PR_SET_DUMPABLE, 0)


def gain_nothing() -> None:
    """Let nothing that is executed ever grant more rights than this process has. Cannot be undone."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def filter_system_calls(program: bytes) -> None:
    """Let this process make only the system calls that the program lets pass. Cannot be undone."""
    held = _Program(len(program) // _BYTES_OF_INSTRUCTION, program)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(held))


def keep_capabilities() -> None:
    """Let the next change of user leave capabilities permitted, until they are dropped."""
    _prctl(_PR_SET_KEEPCAPS, 1)


def drop_capabilities(*, but_reading: bool) -> None:
    """Give up every right that root has over others, `but_reading` the right to read what others may not."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # For each half of the numbers: effective, permitted, inheritable.
    held = (ctypes.c_uint32 * 6)()
    _done(_libc.capget(header, held))
    kept = held[1] & (1 << _CAP_DAC_READ_SEARCH) if but_reading else 0
    _done(_libc.capset(header, (ctypes.c_uint32 * 6)(kept, kept)))


def _prctl(option: int, *arguments: int) -> None:
    padded = [*arguments, 0, 0, 0, 0][:4]
    _done(_libc.prctl(option, *(ctypes.c_ulong(argument) for argument in padded)))


def _done(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
