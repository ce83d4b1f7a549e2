"""What a trace is made of: its actors, steps, output and outcome, each one frozen value.

Actors, output and outcome are rows also in JSON; the steps are columns there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

type Cell = int | float | None
type Columns = Mapping[str, Sequence[Cell]]
type Worded = Mapping[str, Sequence[Any]]
"""Columns with the words of kinds and vias, and the texts of values, in place of their indexes."""


class TraceError(ValueError):
    """A document that is no trace. `rule` names the rule it breaks, the message says how."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"{rule}: {message}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Actor:
    """Whatever gives or receives in a step; its id is its position, by first appearance.

    `name` is the qualified name of a frame's code, or `Task-1`, `Future-1`, ... `line` is where
    its code begins in the snippet, None outside it; `home` is where that is, and left out of the
    JSON where `implied_home` says the same. `of` is the id of the actor it belongs to
    and `role` says as what (`vocabulary.ROLES`).
    """

    kind: str
    name: str
    line: int | None = None
    home: str = "snippet"
    of: int | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """A piece of what the snippet printed, and the index of the `print` step it came with."""

    step: int
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the run ended. `kind` is one of `vocabulary.OUTCOMES`; the rest is there where it applies.

    `line` and `column` count from 1. `type` and `message` are those of the exception that ended
    the snippet. `limit` is the limit that was reached, in the unit its sentence names.
    `waiting` names what still waits, for a deadlock.
    """

    kind: str
    line: int | None = None
    column: int | None = None
    type: str | None = None
    message: str | None = None
    limit: int | float | None = None
    waiting: tuple[str, ...] = ()


class Step(NamedTuple):
    """One row of the columns, with the indexes of `kind`, `via` and `value` resolved."""

    kind: str
    giver: int | None
    receiver: int | None
    value: str | None
    line: int | None
    task: int | None
    time: float
    via: str | None
    cause: int | None


_FIELD_TYPES: Final[Mapping[type, Mapping[str, tuple[type, ...]]]] = {
    Actor: {
        "kind": (str,),
        "name": (str,),
        "line": (int, type(None)),
        "home": (str,),
        "of": (int, type(None)),
        "role": (str, type(None)),
    },
    Output: {"step": (int,), "stream": (str,), "text": (str,)},
    Outcome: {
        "kind": (str,),
        "line": (int, type(None)),
        "column": (int, type(None)),
        "type": (str, type(None)),
        "message": (str, type(None)),
        "limit": (int, float, type(None)),
        "waiting": (list,),
    },
}


def build_row[T: (Actor, Output, Outcome)](cls: type[T], row: object, rule: str) -> T:
    """An instance of `cls` from a JSON object; keys of later versions are passed over."""
    if not isinstance(row, dict):
        raise TraceError(rule, "holds something that is no object")
    types = _FIELD_TYPES[cls]
    fields = {key: value for key, value in row.items() if key in types}
    for key, value in fields.items():
        if type(value) not in types[key]:
            raise TraceError(rule, f"{key!r} must not be {type(value).__name__}")
    if "waiting" in fields:
        fields["waiting"] = words(fields, "waiting")
    try:
        return cls(**fields)
    except TypeError:
        raise TraceError(rule, f"a key is missing of {', '.join(types)}") from None


def words(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts that stands in a JSON object."""
    value = document.get(key)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TraceError(key, "must be a list of texts")
    return tuple(value)
