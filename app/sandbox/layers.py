"""The layers that confine a child, and which of them this machine offers.

Each holds what another lets through: README's table says what each of them stops. `seccomp` is
the one that cannot be done without.
"""

import os
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Final

from app.sandbox.launch import BUBBLEWRAP, working

_LANDLOCK_WITH_RENAMES: Final = 2
"""The first version of Landlock by which no file can be linked or renamed out of its folder."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Which layers confine a child: asked for, offered by a machine, or in force."""

    seccomp: bool = False
    landlock: bool = False
    own_uid: bool = False
    bubblewrap: bool = False

    def named(self) -> list[str]:
        """The layers that are on, for people."""
        return [_NAMES[name] for name, is_on in self.as_dict().items() if is_on]

    def as_dict(self) -> dict[str, bool]:
        """The layers by name."""
        return asdict(self)


_NAMES: Final = {"seccomp": "seccomp", "landlock": "Landlock", "own_uid": "own user", "bubblewrap": "bubblewrap"}


@cache
def offered() -> Layers:
    """What this machine offers to this process. Changes nothing; a child may still find less in force."""
    if sys.platform != "linux":
        return Layers()
    return Layers(
        seccomp=_has_seccomp(),
        landlock=_has_landlock(),
        own_uid=os.geteuid() == 0,
        bubblewrap=bool(working(BUBBLEWRAP)),
    )


def _has_seccomp() -> bool:
    try:
        import pyseccomp  # noqa: PLC0415 (needs libseccomp, which may be missing)

        return bool(pyseccomp.system_arch()) and Path("/proc/sys/kernel/seccomp/actions_avail").exists()
    except (ImportError, RuntimeError, OSError):
        return False


def _has_landlock() -> bool:
    from py_landlock import landlock_sys  # noqa: PLC0415 (for Linux alone)
    from py_landlock.errors import LandlockError  # noqa: PLC0415

    try:
        return landlock_sys.get_abi_version() >= _LANDLOCK_WITH_RENAMES
    except LandlockError:
        return False
