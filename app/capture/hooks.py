"""What the hooks of a rewritten snippet (`rewrite`) tell the recorder."""

from collections.abc import Mapping
from typing import Any, Final

from app.capture.delegation import Delegation
from app.capture.frames import FRAME_OF, Frames
from app.capture.guard import Guard, getframe
from app.capture.recorder import VIA
from app.capture.rewrite import Hook

_YIELD_FROM: Final = VIA["yield from"]
_AWAIT: Final = VIA["await"]


class Telling:
    """Tells of the objects that calls create and of the subjects of delegation."""

    def __init__(self, frames: Frames, delegation: Delegation) -> None:
        self._frames: Final = frames
        self._delegation: Final = delegation

    def hooks(self, guard: Guard) -> Mapping[str, Hook]:
        """The hooks by name."""
        delegation = self._delegation
        return {
            "made": guard.hook(self.made),
            "received": guard.hook(delegation.received),
            "given": guard.hook(delegation.given),
            "sending": guard.hook(delegation.sending),
            "iterating": guard.hook(delegation.iterating),
            "delegating": guard.hook(self.delegating),
            "awaiting": guard.hook(self.awaiting),
            "delegated": guard.hook(delegation.delegated),
        }

    def made(self, result: Any) -> None:
        """A call has returned."""
        creator = self._delegation.call_returned()
        frame_of = FRAME_OF.get(type(result))
        if frame_of is not None:
            frame = frame_of(result)
            if frame is not None:
                # Behind the guard is the frame that made the call.
                self._frames.appears(result, frame, creator, getframe(2))

    def delegating(self, subject: Any) -> None:
        """`yield from subject` is about to begin."""
        self._delegation.delegating(subject, _YIELD_FROM)

    def awaiting(self, subject: Any) -> None:
        """`await subject` is about to begin."""
        self._delegation.delegating(subject, _AWAIT)
