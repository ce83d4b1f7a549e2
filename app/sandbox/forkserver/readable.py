"""The files a child may read, by Landlock: the standard library and the world's time zones.

No file may be written, made, removed, renamed or executed, no TCP port used, and nothing outside
the child reached by a signal or an abstract socket, as far as the kernel's Landlock goes.
"""

import os
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from py_landlock.abi import get_supported_fs, get_supported_net, get_supported_scope
from py_landlock.flags import AccessFs
from py_landlock.landlock_sys import (
    PathBeneathAttr,
    RulesetAttr,
    add_rule,
    create_ruleset,
    get_abi_version,
    restrict_self,
)

STANDARD_LIBRARY: Final = str(Path(os.__file__).parent)

_NOT_THE_STANDARD_LIBRARY: Final = frozenset({"site-packages", "dist-packages"})


class Ruleset:
    """Rules that are made once and kept by each child."""

    def __init__(self) -> None:
        version = get_abi_version()
        attributes = RulesetAttr()
        attributes.handled_access_fs = get_supported_fs(version)
        attributes.handled_access_net = get_supported_net(version)
        attributes.scoped = get_supported_scope(version)
        self._descriptor: Final = create_ruleset(attributes)
        self._let_read(STANDARD_LIBRARY, AccessFs.READ_DIR)
        for path in _readable():
            within = AccessFs.READ_DIR if Path(path).is_dir() else AccessFs(0)
            self._let_read(path, AccessFs.READ_FILE | within)

    def keep(self) -> None:
        """Keep to the rules from now on. Cannot be undone."""
        restrict_self(self._descriptor, None)

    def _let_read(self, path: str, access: AccessFs) -> None:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            add_rule(self._descriptor, PathBeneathAttr(access, descriptor))
        finally:
            os.close(descriptor)


def _readable() -> Iterator[str]:
    # What is installed beside the standard library is not part of it, and lies in a folder of its own.
    for entry in os.scandir(STANDARD_LIBRARY):
        if entry.name not in _NOT_THE_STANDARD_LIBRARY:
            yield entry.path
    yield from filter(os.path.isdir, zoneinfo.TZPATH)
