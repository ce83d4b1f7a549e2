"""Subiterators that have no frame a monitor could report: a list's iterator, one of itertools, an
instance of one's own iterator class."""

from collections.abc import Callable, Mapping
from types import WrapperDescriptorType
from typing import Any, Final

from app.capture.preview import type_name
from app.capture.recorder import NULL, Recorder
from app.trace.document import Actor

_BUILTIN_ITERABLES: Final = frozenset({list, tuple, range, str, bytes, bytearray, dict, set, frozenset})


class Subiterator:
    """The inner end of a delegation to `subject`, which is not kept alive.

    It has a `send` (`receives`) or not. One that is made in C may iterate over generators itself,
    and call functions, as those of itertools do (`iterates`).
    `identity` is the id of the object, known where it is one's own.
    `asked` is true from the moment its delegator resumes until it is known whether the
    delegator got as far as asking it, `answered` while its answer is written and not passed on.
    """

    __slots__ = (
        "_described",
        "actor",
        "answered",
        "asked",
        "entered",
        "identity",
        "iterates",
        "receives",
        "since",
        "via",
    )

    def __init__(self, subject: Any, via: int) -> None:
        kind = type(subject)
        self._described: Final = _described(subject)
        self.actor = NULL
        self.via: Final = via
        self.receives: Final = _has_method(kind, "send")
        self.iterates: Final = _has_items_alone(kind) or any(
            type(_namespace(base).get("__next__")) is WrapperDescriptorType for base in type.mro(kind)
        )
        self.identity = 0
        self.since = NULL
        self.asked = True
        self.answered = False
        self.entered = False

    def appear(self, recorder: Recorder) -> int:
        """Its id among the actors."""
        if self.actor == NULL:
            self.actor = recorder.actor(self._described)
        return self.actor


def _described(subject: Any) -> Actor:
    kind = type(subject)
    if _has_items_alone(kind):
        return Actor("iterator", "iterator", home="stdlib")
    name = type_name(iter(subject)) if kind in _BUILTIN_ITERABLES else type_name(subject)
    return Actor("iterator", name, home="snippet" if _module_name(kind) == "__main__" else "stdlib")


def _has_items_alone(kind: type) -> bool:
    """Whether Python iterates over it by `__getitem__`, with an iterator of its own."""
    return _has_method(kind, "__getitem__") and not _has_method(kind, "__iter__") and not _has_method(kind, "__next__")


def _has_method(kind: type, name: str) -> bool:
    return any(name in _namespace(base) for base in type.mro(kind))


# Past any metaclass of the snippet.
_namespace: Final[Callable[[type], Mapping[str, Any]]] = vars(type)["__dict__"].__get__
_module_name: Final[Callable[[type], str]] = vars(type)["__module__"].__get__
