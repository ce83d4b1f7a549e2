"""What the hooks of a rewritten snippet (`rewrite`) tell the recorder."""

from collections.abc import Callable, Mapping
from types import CoroutineType
from typing import Any, Final

from app.capture.delegation import Delegation
from app.capture.frames import FRAME_OF, Frames
from app.capture.guard import Guard
from app.capture.preview import type_name
from app.capture.quirks import ASYNC_GENERATOR_AWAITABLES
from app.capture.recorder import VIA, Recorder, Subiterator
from app.capture.rewrite import Hook
from app.trace.document import Actor

_YIELD_FROM: Final = VIA["yield from"]
_AWAIT: Final = VIA["await"]
_BUILTIN_ITERABLES: Final = frozenset({list, tuple, range, str, bytes, bytearray, dict, set, frozenset})


class Telling:
    """Tells of the objects that calls create and of the subjects of delegation."""

    def __init__(self, recorder: Recorder, frames: Frames, delegation: Delegation) -> None:
        self._recorder: Final = recorder
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
            "delegating": guard.hook(self.delegating),
            "awaiting": guard.hook(self.awaiting),
            "delegated": guard.hook(delegation.delegated),
        }

    def made(self, result: Any) -> None:
        """A call has returned."""
        creator = self._delegation.settled()
        self._delegation.call_returned()
        frame_of = FRAME_OF.get(type(result))
        if frame_of is not None:
            frame = frame_of(result)
            if frame is not None:
                self._frames.appears(result, frame, creator)

    def delegating(self, subject: Any) -> None:
        """`yield from subject` is about to begin."""
        self._delegates(subject, _YIELD_FROM)

    def awaiting(self, subject: Any) -> None:
        """`await subject` is about to begin."""
        self._delegates(subject, _AWAIT)

    def _delegates(self, subject: Any, via: int) -> None:
        kind = type(subject)
        if kind in ASYNC_GENERATOR_AWAITABLES:
            self._delegation.delegating(None)
        elif kind in FRAME_OF:
            activation = self._frames.known(subject)
            if activation is None:
                refused = self._frames.actor_of(subject)
            else:
                is_awaited = kind is CoroutineType and activation.started
                refused = activation.id if activation.active or is_awaited else None
            self._delegation.delegating(None, refused, via)
        else:
            receives, iterates = _has_method(kind, "send"), _has_method(kind, "__next__")
            self._delegation.delegating(Subiterator(_described(subject), via, receives=receives, iterates=iterates))


def _described(subject: Any) -> Actor:
    kind = type(subject)
    name = type_name(iter(subject)) if kind in _BUILTIN_ITERABLES else type_name(subject)
    return Actor("iterator", name, home="snippet" if _module_name(kind) == "__main__" else "stdlib")


def _has_method(kind: type, name: str) -> bool:
    return any(name in _namespace(base) for base in type.mro(kind))


# Past any metaclass of the snippet.
_namespace: Final[Callable[[type], Mapping[str, Any]]] = vars(type)["__dict__"].__get__
_module_name: Final[Callable[[type], str]] = vars(type)["__module__"].__get__
