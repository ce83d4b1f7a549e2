"""The trace document: one recorded run, as one frozen value and as JSON.

The JSON, which FORMAT.md describes, is columnar: `steps` holds one list per column, because 100,000 steps
as row objects take four times the bytes and five times the parse. `kind` indexes `kinds`, `via`
indexes `vias`, `value` indexes `values`; `from`, `to` and `task` are actor ids; `line` is a line
of the snippet, counted from 1; `time` is loop time in seconds; `cause` is the index of an earlier
step. All but `kind` and `time` may be null, and `cause` is left out where all of it is. Keys and
columns may be added; none changes its meaning without a new `version`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.trace import vocabulary
from app.trace.forms import OWNERS, check_forms
from app.trace.invariants import check_invariants
from app.trace.rows import Actor, Cell, Columns, Outcome, Output, Step, TraceError, Worded, build_row, words

__all__ = ["Actor", "Outcome", "Output", "Step", "Trace", "TraceError", "check"]


@dataclass(frozen=True, slots=True)
class Trace:
    """A recorded run. Building one does not check it: `Trace.from_json` and `check` do."""

    source: str
    actors: tuple[Actor, ...]
    values: tuple[str, ...]
    columns: Columns
    outcome: Outcome
    output: tuple[Output, ...] = ()
    runtime: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = vocabulary.KINDS
    vias: tuple[str, ...] = vocabulary.VIAS

    def __len__(self) -> int:
        return len(self.columns["kind"])

    def steps(self) -> Iterator[Step]:
        """The steps, a row at a time."""
        rows: Any = zip(*(self.columns[name] for name in vocabulary.COLUMNS), strict=True)
        for kind, giver, receiver, value, line, task, time, via, cause in rows:
            yield Step(
                self.kinds[kind],
                giver,
                receiver,
                None if value is None else self.values[value],
                line,
                task,
                time,
                None if via is None else self.vias[via],
                cause,
            )

    def to_json(self) -> bytes:
        """The document as compact UTF-8 JSON; the same trace gives the same bytes."""
        document = {
            "format": vocabulary.FORMAT,
            "version": vocabulary.VERSION,
            "source": self.source,
            "runtime": dict(self.runtime),
            "actors": [_actor_row(index, actor) for index, actor in enumerate(self.actors)],
            "values": self.values,
            "kinds": self.kinds,
            "vias": self.vias,
            "steps": {name: self.columns[name] for name in vocabulary.COLUMNS if not _is_left_out(name, self.columns)},
            "output": [_present(piece) for piece in self.output],
            "outcome": _present(self.outcome),
        }
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        # A snippet may name or print lone surrogates, which UTF-8 cannot hold.
        return text.encode("utf-8", "backslashreplace")

    @classmethod
    def from_json(cls, data: bytes | str) -> "Trace":
        """Read and check a document; raises TraceError for anything that is not a trace."""
        try:
            document = json.loads(data)
        except RecursionError:
            raise TraceError("json", "nested too deeply") from None
        except ValueError as error:
            raise TraceError("json", f"not JSON ({error})") from None
        if not isinstance(document, dict) or document.get("format") != vocabulary.FORMAT:
            raise TraceError("format", f'"format" must be "{vocabulary.FORMAT}"')
        if document.get("version") != vocabulary.VERSION:
            raise TraceError("version", f"version {document.get('version')!r} is not known here")
        actors = _rows(document, "actors")
        if [row.pop("id", None) for row in actors] != list(range(len(actors))):
            raise TraceError("actors", "each id must be the actor's position in the list")
        steps = document.get("steps")
        trace = cls(
            source=_text(document, "source"),
            actors=tuple(build_row(Actor, {"home": implied_home(row.get("line")), **row}, "actors") for row in actors),
            values=words(document, "values"),
            columns=_columns(steps),
            outcome=build_row(Outcome, document.get("outcome"), "outcome"),
            output=tuple(build_row(Output, row, "output") for row in _rows(document, "output")),
            runtime=_runtime(document),
            kinds=words(document, "kinds"),
            vias=words(document, "vias"),
        )
        check(trace)
        return trace


def implied_home(line: object) -> str:
    """Where an actor comes from that does not say it: one with a line is the snippet's."""
    return "asyncio" if line is None else "snippet"


def check(trace: Trace) -> None:
    """Raise TraceError where the trace breaks the format, or one of the rules of what always holds."""
    _check_columns(trace)
    _check_rows(trace)
    steps = _worded(trace)
    check_forms(trace.actors, steps)
    check_invariants(trace.actors, steps)


def _worded(trace: Trace) -> Worded:
    columns: Mapping[str, Sequence[Any]] = trace.columns
    kinds = [trace.kinds[kind] for kind in columns["kind"]]
    vias = [None if via is None else trace.vias[via] for via in columns["via"]]
    if "yield" not in trace.vias:
        # Before there was this word a yield bore the via by which its frame was entered: it does
        # not tell which yields pass a value up.
        vias = ["yield" if kind == "yield" else via for kind, via in zip(kinds, vias, strict=True)]
    values = [None if value is None else trace.values[value] for value in columns["value"]]
    return {**columns, "kind": kinds, "via": vias, "value": values}


def _check_columns(trace: Trace) -> None:
    for name in vocabulary.COLUMNS:
        if not isinstance(trace.columns.get(name), list | tuple):
            raise TraceError("columns", f"the column {name!r} is missing")
    length = len(trace)
    for name in vocabulary.COLUMNS:
        if len(trace.columns[name]) != length:
            raise TraceError("columns", f"the column {name!r} is not {length} long")
    _known("kinds", trace.kinds, vocabulary.KINDS)
    _known("vias", trace.vias, vocabulary.VIAS)
    _in_range(trace.columns, "kind", len(trace.kinds), optional=False)
    for name in ("from", "to", "task"):
        _in_range(trace.columns, name, len(trace.actors))
    _in_range(trace.columns, "value", len(trace.values))
    _in_range(trace.columns, "via", len(trace.vias))
    _in_range(trace.columns, "line", _lines(trace) + 1)
    _check_cause(trace.columns["cause"])
    _check_time(trace.columns["time"])


def _check_rows(trace: Trace) -> None:
    lines = _lines(trace)
    for index, actor in enumerate(trace.actors):
        _check_actor(trace.actors, index, actor)
        _check_line("actors", actor.line, lines)
    for piece in trace.output:
        _one_of("output", piece.stream, vocabulary.STREAMS)
        if not 0 <= piece.step < max(len(trace), 1):
            raise TraceError("output", f"step {piece.step} is not there")
    _one_of("outcome", trace.outcome.kind, vocabulary.OUTCOMES)
    _check_line("outcome", trace.outcome.line, lines)
    _check_line("outcome", trace.outcome.column, len(trace.source.encode("utf-8", "surrogatepass")) + 2)
    if trace.outcome.limit is not None and not 0 <= trace.outcome.limit < float("inf"):
        raise TraceError("outcome", "its limit is no number")


def _lines(trace: Trace) -> int:
    # Python counts a last line that is empty, and one after the end where a source breaks off.
    return trace.source.count("\n") + 2


def _check_line(rule: str, line: int | None, last: int) -> None:
    if line is not None and not 1 <= line <= last:
        raise TraceError(rule, "a line or column is not in the source")


def _check_actor(actors: Sequence[Actor], index: int, actor: Actor) -> None:
    _one_of("actors", actor.kind, vocabulary.ACTOR_KINDS)
    _one_of("actors", actor.home, vocabulary.HOMES)
    if actor.role is not None:
        _one_of("actors", actor.role, vocabulary.ROLES)
    # What an iterator is called depends on its owner: so that a name always ends, the owner is
    # there before it, and is no iterator itself.
    if actor.of is not None and not (0 <= actor.of < index and actors[actor.of].role != "iterator"):
        raise TraceError("actors", f"{actor.name!r} cannot belong to actor {actor.of}")
    kinds, owners = OWNERS[actor.role]
    if actor.kind not in kinds or (None if actor.of is None else actors[actor.of].kind) not in owners:
        raise TraceError("actors", f"actor {index}, a {actor.kind}, cannot be the {actor.role} of actor {actor.of}")


def _in_range(columns: Columns, name: str, end: int, *, optional: bool = True) -> None:
    # The distinct cells are few where the steps are many, and a set finds them at C speed.
    # `True` would hide behind 1 in a set, so the types are looked at first.
    allowed = {int, type(None)} if optional else {int}
    if not set(map(type, columns[name])) <= allowed:
        raise TraceError("columns", f"{name!r} holds something that is no index")
    for cell in set(columns[name]):
        if cell is not None and not 0 <= cell < end:
            raise TraceError("columns", f"{name!r} holds {cell}, which is out of range")


def _check_time(times: Sequence[Cell]) -> None:
    if not set(map(type, times)) <= {int, float}:
        raise TraceError("time", "holds something that is no number of seconds")
    previous: float = 0
    for time in times:
        if time is None or not previous <= time < float("inf"):
            raise TraceError("time", f"goes back from {previous} to {time}")
        previous = time


def _check_cause(causes: Sequence[Cell]) -> None:
    if not set(map(type, causes)) <= {int, type(None)}:
        raise TraceError("cause", "holds something that is no index")
    for index, cause in enumerate(causes):
        if cause is not None and not 0 <= cause < index:
            raise TraceError("cause", f"step {index} cannot be caused by step {cause}")


def _columns(steps: object) -> Columns:
    if not isinstance(steps, dict):
        return {}
    # Lists of None are what a column that was left out stands for.
    kinds = steps.get("kind")
    length = len(kinds) if isinstance(kinds, list) else 0
    return {**{name: [None] * length for name in _LEFT_OUT_WHERE_EMPTY}, **steps}


def _is_left_out(name: str, columns: Columns) -> bool:
    return name in _LEFT_OUT_WHERE_EMPTY and not any(cell is not None for cell in columns[name])


_LEFT_OUT_WHERE_EMPTY: Final = frozenset({"cause"})
"""Columns that are left out of the JSON where they hold nothing but null."""


def _known(rule: str, words: Sequence[str], known: Sequence[str]) -> None:
    for word in words:
        _one_of(rule, word, known)


def _one_of(rule: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise TraceError(rule, f"{word!r} is not a word of this version")


def _actor_row(index: int, actor: Actor) -> dict[str, Any]:
    row = _present(actor, id=index)
    if row["home"] == implied_home(actor.line):
        del row["home"]
    return row


def _present(row: Actor | Output | Outcome, **first: int) -> dict[str, Any]:
    """The fields that say something: a reader takes an absent key for None or the default."""
    kept = {name: value for name in row.__slots__ if (value := getattr(row, name)) not in (None, ())}
    return {**first, **kept}


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    if not isinstance(value, str):
        raise TraceError(key, "must be text")
    return value


def _rows(document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = document.get(key)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise TraceError(key, "must be a list of objects")
    return [dict(row) for row in value]


def _runtime(document: Mapping[str, Any]) -> dict[str, str]:
    value = document.get("runtime")
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise TraceError("runtime", "must be an object of texts")
    return value
