"""The fallbacks: what a machine may lack, and fork servers that do without it here."""

import os
import shutil
from dataclasses import dataclass
from typing import Final

from app.sandbox.layers import Layers, offered
from app.sandbox.warm import FORK_SERVER, WarmChildren
from app.trace.limits import Limits

LIMITS: Final = Limits(
    cpu_seconds=1, steps=10_000, output_bytes=128 * 1024, ledger_bytes=2 * 1024 * 1024, wall_seconds=60
)
"""As small as lets a limit be reached soon; memory, threads and descriptors are what they are on the site."""

PLAIN_UID: Final = 60_900
"""A user that no system gives to anybody, and that has no rights at all."""

# That user may read what is root's, where that is where Python lies. Nothing else follows from it: what a child may
# open, Landlock and the filter say.
_AS_PLAIN_USER: Final = (
    "setpriv",
    *("--reuid", str(PLAIN_UID), "--regid", str(PLAIN_UID), "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)


@dataclass(frozen=True, slots=True)
class Fallback:
    """Layers that are done without; `plain` where the fork server is started as a plain user."""

    layers: Layers
    plain: bool = False

    def is_had_here(self) -> bool:
        """Whether this machine, and who runs the tests, can have it."""
        here = offered().as_dict()
        if any(is_on and not here[name] for name, is_on in self.layers.as_dict().items()):
            return False
        return not self.plain or os.geteuid() != 0 or shutil.which(_AS_PLAIN_USER[0]) is not None

    def children(self, workers: int) -> WarmChildren:
        """Children behind these layers."""
        command: tuple[str, ...] = FORK_SERVER
        if self.plain and os.geteuid() == 0:
            setpriv = shutil.which(_AS_PLAIN_USER[0])
            assert setpriv is not None, "only what can be had is asked for"
            command = (setpriv, *_AS_PLAIN_USER[1:], *command)
        return WarmChildren(LIMITS, workers, self.layers, command)


def _layers(*, landlock: bool = False, own_uid: bool = False, bubblewrap: bool = False) -> Layers:
    return Layers(seccomp=True, landlock=landlock, own_uid=own_uid, bubblewrap=bubblewrap)


STRONGEST: Final = "all layers"
WEAKEST: Final = "a plain user, seccomp alone"

FALLBACKS: Final = {
    STRONGEST: Fallback(_layers(landlock=True, own_uid=True, bubblewrap=True)),
    "no bubblewrap": Fallback(_layers(landlock=True, own_uid=True)),
    "no Landlock": Fallback(_layers(own_uid=True, bubblewrap=True)),
    "neither Landlock nor bubblewrap": Fallback(_layers(own_uid=True)),
    "root for everybody": Fallback(_layers(landlock=True, bubblewrap=True)),
    "root for everybody, bubblewrap alone": Fallback(_layers(bubblewrap=True)),
    "root for everybody, seccomp alone": Fallback(_layers()),
    "a plain user": Fallback(_layers(landlock=True), plain=True),
    "a plain user, bubblewrap": Fallback(_layers(landlock=True, bubblewrap=True), plain=True),
    "a plain user, bubblewrap alone": Fallback(_layers(bubblewrap=True), plain=True),
    WEAKEST: Fallback(_layers(), plain=True),
}
"""By what is there. seccomp is never absent: without it no run takes place."""
