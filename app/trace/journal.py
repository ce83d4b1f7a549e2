"""The journal: where a run writes its steps the moment they happen.

A journal is a block of memory the recording child shares with the process that started it. A step
is packed into it in a tenth of a microsecond, and nothing has to be flushed, sent or closed: if
the child is killed in the middle of `9**9**9`, crashes, or leaves by `os._exit`, the trace up to
its very last step is there. `read_journal` takes nothing in it on trust: the snippet runs in the
process that writes it.

Layout: the head (`_HEAD`: magic, capacity in steps, bytes of ledger in use), then `capacity`
steps of `_STEP` each, then the ledger: a line of JSON per actor, value, piece of output and the
outcome, in the order in which they came up.
"""

import json
import re
import struct
from array import array
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from json.encoder import encode_basestring_ascii
from typing import Final, NoReturn

from app.trace import vocabulary
from app.trace.document import Trace, check
from app.trace.rows import Actor, Cell, Outcome, Output, TraceError, build_row

_MAGIC: Final = b"yieldsc1"
_HEAD: Final = struct.Struct("<8sqq8x")
_publish: Final = struct.Struct("<q").pack_into
_USED_AT: Final = 16
# time, from, to, value, line, task, via, cause, kind + 1. The kind comes last and is never zero, so
# a step that the writer's death cut in half is not there.
_STEP: Final = struct.Struct("<d8i")
_FIRST_STEP: Final = _HEAD.size
_STEP_SIZE: Final = _STEP.size
_INT: Final = struct.Struct("<i")
_INTS_PER_STEP: Final = _STEP.size // 4
_INT_COLUMNS: Final = ("from", "to", "value", "line", "task", "via", "cause", "kind")
_FIRST_INT: Final = 2
_KIND_INT: Final = _FIRST_INT + _INT_COLUMNS.index("kind")
_VALUE_AT, _LINE_AT, _CAUSE_AT, _KIND_AT = (
    4 * (_FIRST_INT + _INT_COLUMNS.index(name)) for name in ("value", "line", "cause", "kind")
)
_BLOCK: Final = 1024 * _STEP.size
_OUTCOME_RESERVE: Final = 4096
_LETTERS_OF_OUTCOME: Final = 4_000
_LETTERS_OF_RESERVE: Final = 100
_MOST_WAITING: Final = 300
_NONE: Final = -1

# What a page says of a step holds a value and some names: the longest page is as long as they let it be.
LONGEST_NAME: Final = 200
LONGEST_VALUE: Final = 1_000
"""Letters of the name of an actor, and of the text of a value; what is longer is cut."""

# An honest record needs twelve bytes for a letter at most. What it is made of beside its texts can take thirty
# times its own bytes once it is read, so that only those of output, which are texts alone, may be of any length.
_LONGEST_RECORDS: Final[Mapping[bytes, int]] = {b"a": 4 * 1024, b"v": 16 * 1024, b"e": 1024 * 1024}
_OUTPUT: Final = re.compile(rb'o\{"step": ([0-9]{1,10}), "stream": "([a-z]+)", "text": (".*")\}')

# Most steps bring an actor and a value with them, or a value and a piece of output; a reader spends 15 microseconds on
# each.
_RECORDS_PER_STEP: Final = 3
_RECORDS_BESIDE: Final = 1000

type Buffer = bytearray | memoryview

type ActorRecord = bytes
"""An actor, as it is written into the ledger; its id is how many were written before."""


def journal_size(steps: int, ledger: int) -> int:
    """Bytes a journal needs for so many steps and so many bytes of ledger."""
    return _HEAD.size + steps * _STEP.size + ledger + _OUTCOME_RESERVE


class StepsFull(Exception):
    """The journal has no room for another step."""


class LedgerFull(Exception):
    """The ledger has no room for another actor, value or piece of output."""


def _refuse() -> NoReturn:
    raise StepsFull


class Journal:
    """Writes a run into a buffer of `journal_size` bytes.

    `task` and `now` are those of the steps to come. `-1` stands for null in every argument that may
    be null; kinds and vias are given by their number in the vocabulary. `full` is called where
    there is no room for another step, and does not return: it raises StepsFull unless it is replaced.
    """

    __slots__ = (
        "_buffer", "_capacity", "_ledger_end", "_ledger_from", "_ledger_room", "_pack", "_steps", "actors", "full",
        "now", "task", "values",
    )  # fmt: skip

    def __init__(self, buffer: Buffer, capacity: int) -> None:
        # A slice of a view is filled without a copy in between.
        self._buffer = memoryview(buffer)
        self._pack: Final[Callable[..., None]] = _STEP.pack_into
        self._capacity: Final = capacity
        self.full: Callable[[], NoReturn] = _refuse
        self._steps = 0
        self._ledger_from = self._ledger_end = _HEAD.size + capacity * _STEP.size
        self._ledger_room = len(buffer) - _OUTCOME_RESERVE
        self.task = _NONE
        self.now = 0.0
        self.actors = 0
        self.values: dict[str, int] = {}
        _HEAD.pack_into(buffer, 0, _MAGIC, capacity, 0)

    def move_to(self, buffer: Buffer) -> None:
        """Go on in another buffer of the same size, which takes over what was written."""
        steps_end = _FIRST_STEP + self._steps * _STEP_SIZE
        for begin, end in ((0, steps_end), (self._ledger_from, self._ledger_end)):
            buffer[begin:end] = self._buffer[begin:end]
        self._buffer = memoryview(buffer)

    def __len__(self) -> int:
        return self._steps

    def step(self, kind: int, giver: int, receiver: int, value: int, line: int, via: int, cause: int = _NONE) -> int:
        """Write a step; returns its index."""
        index = self._steps
        if index == self._capacity:
            self.full()
        at = _FIRST_STEP + index * _STEP_SIZE
        self._pack(self._buffer, at, self.now, giver, receiver, value, line, self.task, via, cause, kind + 1)
        self._steps = index + 1
        return index

    def set_value(self, index: int, value: int) -> None:
        """Fill in the value of a step that was written before its value was known."""
        _INT.pack_into(self._buffer, _FIRST_STEP + index * _STEP_SIZE + _VALUE_AT, value)

    def take_back(self, index: int) -> None:
        """Forget the steps from an index on, as if they had not been written."""
        for step in range(index, self._steps):
            _INT.pack_into(self._buffer, _FIRST_STEP + step * _STEP_SIZE + _KIND_AT, 0)
        self._steps = index

    def line(self, index: int) -> int:
        """The line of a step that was written."""
        return self._cell(index, _LINE_AT)

    def cause(self, index: int) -> int:
        """The cause of a step that was written."""
        return self._cell(index, _CAUSE_AT)

    def kind(self, index: int) -> int:
        """The kind of a step that was written."""
        return self._cell(index, _KIND_AT) - 1

    def _cell(self, index: int, at: int) -> int:
        return int(_INT.unpack_from(self._buffer, _FIRST_STEP + index * _STEP_SIZE + at)[0])

    def value(self, text: str) -> int:
        """The index of a value's text, which is written down where it is new; raises LedgerFull."""
        index = self.values.get(text)
        if index is None:
            if len(text) > LONGEST_VALUE:
                return self.value(_cut(text, LONGEST_VALUE))
            self._write(f"v{encode_basestring_ascii(text)}\n".encode("ascii"))
            index = self.values[text] = len(self.values)
        return index

    def actor(self, record: ActorRecord) -> int:
        """Write down an actor that appears for the first time; returns its id. Raises LedgerFull."""
        # What `_write` does, at first hand: every handle and every coroutine is an actor.
        begin = self._ledger_end
        end = begin + len(record)
        if end > self._ledger_room:
            raise LedgerFull
        self._buffer[begin:end] = record
        self._ledger_end = end
        _publish(self._buffer, _USED_AT, end - self._ledger_from)
        actor = self.actors
        self.actors = actor + 1
        return actor

    def output(self, stream: str, text: str) -> None:
        """Write down a piece of output of the step that was written last; raises LedgerFull."""
        step, written = max(len(self) - 1, 0), encode_basestring_ascii(text)
        self._write(f'o{{"step": {step}, "stream": "{stream}", "text": {written}}}\n'.encode("ascii"))

    def outcome(self, outcome: Outcome) -> None:
        """Write down how the run ended. Room for it is always kept; what is longer is cut."""
        try:
            self._write(_ending(outcome, _LETTERS_OF_OUTCOME, _MOST_WAITING), reserve=0)
        except LedgerFull:
            self._write(_ending(outcome, _LETTERS_OF_RESERVE, 0), reserve=0)

    def _write(self, record: bytes, reserve: int = _OUTCOME_RESERVE) -> None:
        end = self._ledger_end + len(record)
        if end > self._ledger_room + _OUTCOME_RESERVE - reserve:
            raise LedgerFull
        self._buffer[self._ledger_end : end] = record
        self._ledger_end = end
        # Published last: what is not counted as used was not written to its end.
        _publish(self._buffer, _USED_AT, end - self._ledger_from)


def actor_record(actor: Actor) -> ActorRecord:
    """What `Journal.actor` takes: made once for all actors that are described alike."""
    return record_of(actor.kind, actor.name, actor.line, actor.home, actor.of, actor.role)


def record_of(
    kind: str, name: str, line: int | None, home: str, of: int | None = None, role: str | None = None
) -> ActorRecord:
    """What `Journal.actor` takes, of an actor that is described by its fields."""
    # Spelt out: `asdict` and `json.dumps` would take a tenth of the time of a recording of tasks.
    shown = encode_basestring_ascii(_cut(name, LONGEST_NAME))
    return (
        f'a{{"kind":"{kind}","name":{shown},"line":{_scalar(line)},'
        f'"home":"{home}","of":{_scalar(of)},"role":{_scalar(role)}}}\n'
    ).encode("ascii")


def _ending(outcome: Outcome, letters: int, waiting: int) -> bytes:
    def cut(text: str | None) -> str | None:
        return None if text is None else _cut(text, letters)

    names = [_cut(name, LONGEST_NAME) for name in outcome.waiting[:waiting]]
    more = ["…"] if len(outcome.waiting) > waiting else []
    shortened = replace(outcome, type=cut(outcome.type), message=cut(outcome.message), waiting=(*names, *more))
    return b"e%b\n" % _json(asdict(shortened))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _scalar(value: int | str | None) -> str:
    if value is None:
        return "null"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _json(content: object) -> bytes:
    return json.dumps(content).encode("ascii")


def read_journal(data: bytes | memoryview, source: str, runtime: dict[str, str], ended: Outcome) -> Trace:
    """The checked trace a journal holds; `ended` is its outcome where the run wrote none.

    Only the parts in use are read, each copied before it is judged: whoever fled from the child
    may still write. Raises TraceError where the journal was spoilt.
    """
    if len(data) < _HEAD.size:
        raise TraceError("journal", "too short")
    magic, capacity, used = _HEAD.unpack_from(data)
    ledger_from = _HEAD.size + capacity * _STEP.size
    if magic != _MAGIC or not 0 <= capacity <= len(data) or not 0 <= used <= len(data) - ledger_from:
        raise TraceError("journal", "its head was overwritten")
    actors: list[Actor] = []
    values: list[str] = []
    output: list[Output] = []
    ending: bytes | None = None
    steps = _used_steps(data[_HEAD.size : ledger_from])
    for record in _records(bytes(data[ledger_from : ledger_from + used]), len(steps) // _STEP.size):
        tag = record[:1]
        if tag == b"v":
            values.append(_short(_decoded(record), LONGEST_VALUE))
        elif tag == b"a":
            actor = build_row(Actor, _decoded(record), "actors")
            _short(actor.name, LONGEST_NAME)
            actors.append(actor)
        elif tag == b"o":
            output.append(_output(record))
        elif tag == b"e":
            ending = record
        else:
            raise TraceError("journal", "holds a record of no known kind")
    trace = Trace(
        source=source,
        actors=tuple(actors),
        values=tuple(values),
        columns=_columns(steps),
        outcome=ended if ending is None else build_row(Outcome, _decoded(ending), "outcome"),
        output=tuple(output),
        runtime=runtime,
    )
    check(trace)
    return trace


def _records(ledger: bytes, steps: int) -> list[bytes]:
    if not ledger:
        return []
    if ledger.count(b"\n") > _RECORDS_PER_STEP * steps + _RECORDS_BESIDE:
        raise TraceError("journal", "holds more records than its steps can have")
    return ledger.removesuffix(b"\n").split(b"\n")


def _output(record: bytes) -> Output:
    if (found := _OUTPUT.fullmatch(record)) is None:
        raise TraceError("journal", "holds output of another form")
    step, stream, text = found.groups()
    return Output(int(step), stream.decode("ascii"), _text(_json_in(text)))


def _short(text: object, most: int) -> str:
    if len(short := _text(text)) > most:
        raise TraceError("journal", "holds a text that is too long")
    return short


def _text(content: object) -> str:
    if not isinstance(content, str):
        raise TraceError("journal", "holds something that is no text")
    return content


def _decoded(record: bytes) -> object:
    if len(record) > _LONGEST_RECORDS[record[:1]]:
        raise TraceError("journal", "holds a record that is too long")
    return _json_in(record[1:])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_decode: Final = json.JSONDecoder(parse_constant=_no_constant).decode


def _json_in(record: bytes) -> object:
    try:
        return _decode(record.decode("ascii"))
    except (ValueError, RecursionError):
        raise TraceError("journal", "holds a record that is no JSON") from None


def _used_steps(steps: bytes | memoryview) -> bytes:
    """The steps up to the first that was not written."""
    used = bytearray()
    for at in range(0, len(steps), _BLOCK):
        block = bytes(steps[at : at + _BLOCK])
        kinds = array("i", block)[_KIND_INT::_INTS_PER_STEP]
        if 0 in kinds:
            return bytes(used + block[: kinds.index(0) * _STEP.size])
        used += block
    return bytes(used)


def _columns(steps: bytes) -> dict[str, list[Cell]]:
    ints = array("i", steps)
    columns: dict[str, list[Cell]] = {}
    for position, name in enumerate(_INT_COLUMNS, _FIRST_INT):
        column: list[Cell] = ints[position::_INTS_PER_STEP].tolist()  # type: ignore[assignment]
        columns[name] = [None if cell == _NONE else cell for cell in column] if _NONE in column else column
    columns["kind"] = [kind - 1 for kind in ints[_KIND_INT::_INTS_PER_STEP]]
    times = array("d", steps)[:: _STEP.size // 8]
    # Whole seconds are written without a fraction, others to the nanosecond.
    columns["time"] = [_seconds(time) for time in times]
    return {name: columns[name] for name in vocabulary.COLUMNS}


def _seconds(time: float) -> int | float:
    return int(time) if time.is_integer() else round(time, 9)
