"""Whatever is in a journal: it is read as a trace that can be kept and told, or it is refused."""

import asyncio
import json
import math
import mmap
import struct
import tracemalloc
from collections.abc import Callable
from functools import cache, partial
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.child import Remains, read_remains, run_child
from app.sandbox.cold import ColdChildren
from app.trace import Actor, Outcome, Trace, TraceError
from app.trace.journal import (
    LONGEST_NAME,
    LONGEST_VALUE,
    Journal,
    actor_record,
    journal_size,
    read_journal,
)
from app.trace.limits import Limits
from app.trace.narration import narrate, narrate_outcome, plain
from app.trace.vocabulary import ACTOR_KINDS, KINDS, OUTCOMES, ROLES
from app.web.summary import summarize

# Small, so that what is changed at random is mostly in use.
LIMITS: Final = Limits(steps=400, ledger_bytes=32 * 1024)
SIZE: Final = journal_size(LIMITS.steps, LIMITS.ledger_bytes)
HEAD: Final = struct.Struct("<8sqq8x")
STEP: Final = struct.Struct("<d8i")
LEDGER_FROM: Final = HEAD.size + LIMITS.steps * STEP.size
ENDED: Final = Outcome("crash", message="signal SIGKILL")

_DELEGATION: Final = """
def inner():
    got = yield 1
    return got

def outer():
    print((yield from inner()))

g = outer()
next(g)
try:
    g.send('é')
except StopIteration:
    pass
"""
_TASKS: Final = """
import asyncio

async def work(n):
    await asyncio.sleep(n)
    return n

async def main():
    tasks = [asyncio.create_task(work(n)) for n in range(4)]
    tasks[2].cancel()
    print(await asyncio.gather(*tasks, return_exceptions=True))
    await asyncio.get_running_loop().create_future()

asyncio.run(main())
"""
_ENDLESS: Final = """
def g():
    yield

while True:
    list(g())
"""
SOURCES: Final = (_DELEGATION, _TASKS, _ENDLESS)

_EXAMPLES: Final = 200
_MANY_EXAMPLES: Final = 4_000


@cache
def recorded(source: str) -> bytes:
    """A journal as a child of its own has left it."""

    async def scenario() -> Remains:
        return await run_child(ColdChildren(LIMITS), source, LIMITS, 0)

    remains = asyncio.run(scenario())
    with remains.journal, remains.last_words:
        return bytes(remains.journal)


def assert_kept_and_told(trace: Trace) -> None:
    document = trace.to_json()
    again = Trace.from_json(document)
    assert again.to_json() == document
    assert len(list(narrate(again))) == len(trace)
    assert narrate_outcome(again.outcome)
    longest = 4 * LONGEST_NAME + LONGEST_VALUE + 500
    assert all(len(sentence) <= longest for sentence in summarize(trace).sentences)


def assert_read_or_refused(journal: bytes, source: str = SOURCES[0]) -> None:
    try:
        trace = read_journal(journal, source, {}, ENDED)
    except TraceError:
        pass
    else:
        assert_kept_and_told(trace)
    # Where it is refused, there is still a trace that says so.
    assert_kept_and_told(read_remains(Remains(mapped(journal), mapped(b"last words"), ENDED), source))


def mapped(content: bytes) -> mmap.mmap:
    memory = mmap.mmap(-1, max(len(content), 1))
    memory.write(content)
    return memory


def ledger_of(journal: bytes) -> list[bytes]:
    used: int = HEAD.unpack_from(journal)[2]
    return journal[LEDGER_FROM : LEDGER_FROM + used].splitlines(keepends=True)


def with_ledger(journal: bytes, records: list[bytes]) -> bytes:
    content = b"".join(records)[: SIZE - LEDGER_FROM]
    head = HEAD.pack(b"yieldsc1", LIMITS.steps, len(content))
    return (head + journal[HEAD.size : LEDGER_FROM] + content).ljust(SIZE, b"\0")


def with_step(journal: bytes, index: int, cells: tuple[float, ...]) -> bytes:
    at = HEAD.size + index * STEP.size
    return journal[:at] + STEP.pack(*cells) + journal[at + STEP.size :]


# -- what is done to a journal --------------------------------------------------------------------

type Change = Callable[[bytes], bytes]

times = st.one_of(st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -0.0, 5e-324, 2.0**63, 0.1]))
small = st.integers(-3, 40)
cells = st.one_of(small, small, st.sampled_from([2**31 - 1, -(2**31), 2**16]))
steps = st.tuples(times, cells, cells, cells, cells, cells, st.integers(-2, 40), cells, st.integers(-1, len(KINDS) + 1))
indexes = st.integers(0, LIMITS.steps - 1)

texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["\ud800", "\udc00\ud800", "\0", "{name}", "{of}", "[x]", "nan", "1e999", "x" * LONGEST_NAME]),
    st.sampled_from(["x" * (LONGEST_VALUE + 1), "😀" * LONGEST_VALUE, "-inf", "0.5"]),
)
numbers = st.one_of(small, st.integers(), st.floats(), st.none(), st.booleans(), st.just(10**4_299), texts)
anything = st.recursive(numbers, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))


def rows(**columns: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Rows that may lack columns, and may have some of no sense."""
    honest = st.fixed_dictionaries({}, optional=columns)
    return st.one_of(honest, honest, st.builds(lambda row, key, value: {**row, key: value}, honest, texts, anything))


actors = rows(
    kind=st.sampled_from(ACTOR_KINDS),
    name=texts,
    line=st.none() | small,
    home=st.sampled_from(["snippet", "asyncio", "stdlib"]),
    of=st.none() | small,
    role=st.none() | st.sampled_from(ROLES),
)
outputs = rows(step=numbers, stream=st.sampled_from(["stdout", "stderr", "x"]), text=texts)
outcomes = rows(
    kind=st.sampled_from(OUTCOMES),
    line=numbers,
    column=numbers,
    type=texts,
    message=texts,
    limit=numbers,
    waiting=st.lists(texts, max_size=3),
)


def record_of(tag: bytes, content: object) -> bytes:
    return tag + json.dumps(content).encode("ascii") + b"\n"


records = st.one_of(
    st.builds(record_of, st.just(b"a"), actors),
    st.builds(record_of, st.just(b"o"), outputs),
    st.builds(record_of, st.just(b"e"), outcomes),
    st.builds(record_of, st.just(b"v"), texts | anything),
    st.binary(max_size=20),
    st.sampled_from(
        [
            b"a" + b"[" * 9_000 + b"\n",
            b"e" + b'{"x":' * 900 + b"1" + b"}" * 900 + b"\n",
            b'e{"kind":"finished","kind":"no end"}\n',
            b'e{"kind":"cpu limit","limit":1e999}\n',
            b'e{"kind":"cpu limit","limit":NaN}\n',
            b'e{"kind":"cpu limit","limit":' + b"9" * 5_000 + b"}\n",
            b'v"\\ud800\\ud800"\n',
            b'v"\xed\xa0\x80"\n',
            b'o{"step": 0, "stream": "stdout", "text": "x", "text": "y"}\n',
            b'o{"step": 9999999999, "stream": "stdout", "text": "x"}\n',
            b"v\n",
            b"\n\n",
            b"\r",
        ]
    ),
)


def spliced(journal: bytes, at: int, dropped: int, new: list[bytes]) -> bytes:
    ledger = ledger_of(journal)
    at %= len(ledger) + 1
    return with_ledger(journal, [*ledger[:at], *new, *ledger[at + dropped :]])


def swapped(journal: bytes, one: int, other: int) -> bytes:
    ledger = ledger_of(journal)
    if ledger:
        one, other = one % len(ledger), other % len(ledger)
        ledger[one], ledger[other] = ledger[other], ledger[one]
    return with_ledger(journal, ledger)


def flipped(journal: bytes, at: int, bit: int) -> bytes:
    # Half of them where the first steps are, and half in the ledger.
    at = at % 4_000 if at % 2 else LEDGER_FROM + at % 4_000
    if at >= len(journal):
        return journal
    return journal[:at] + bytes([journal[at] ^ 1 << bit]) + journal[at + 1 :]


def cell_changed(journal: bytes, index: int, column: int, value: float) -> bytes:
    cells = list(STEP.unpack_from(journal, HEAD.size + index * STEP.size))
    cells[column] = value
    return with_step(journal, index, tuple(cells))


def change_of(function: Callable[..., bytes], *arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Change]:
    return st.tuples(*arguments).map(lambda given: lambda journal: function(journal, *given))


changes: Final = st.one_of(
    change_of(flipped, st.integers(0, 10**6), st.integers(0, 7)),
    change_of(spliced, st.integers(0, 500), st.integers(0, 2), st.lists(records, max_size=3)),
    change_of(swapped, st.integers(0, 500), st.integers(0, 500)),
    change_of(with_step, st.integers(0, 60), steps),
    change_of(cell_changed, st.integers(0, 60), st.integers(1, 8), cells),
    change_of(cell_changed, st.integers(0, 60), st.just(0), times),
)
any_changes = partial(
    given,
    source=st.sampled_from(SOURCES),
    done=st.lists(changes, min_size=1, max_size=6),
    cut=st.none() | st.integers(0, SIZE),
)
usual = settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def check_after(source: str, done: list[Change], cut: int | None) -> None:
    journal = recorded(source)
    for change in done:
        journal = change(journal)
    assert_read_or_refused(journal[:cut], source)


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_a_journal_that_nobody_changed_is_read(source: str) -> None:
    assert_kept_and_told(read_journal(recorded(source), source, {}, ENDED))


@any_changes()
@usual
def test_a_journal_that_was_changed_is_read_or_refused(source: str, done: list[Change], cut: int | None) -> None:
    check_after(source, done, cut)


@pytest.mark.long
@any_changes()
@settings(usual, max_examples=_MANY_EXAMPLES)
def test_a_journal_that_was_changed_is_read_or_refused_in_many_more_examples(
    source: str, done: list[Change], cut: int | None
) -> None:
    check_after(source, done, cut)


forged = partial(given, written=st.lists(records, max_size=12), made=st.lists(steps, max_size=8))


@forged()
@usual
def test_a_journal_that_was_forged_from_the_beginning_is_read_or_refused(
    written: list[bytes], made: list[tuple[float, ...]]
) -> None:
    journal = with_ledger(bytes(SIZE), [b'a{"kind":"module","name":"m"}\n', *written])
    for index, cells in enumerate(made):
        journal = with_step(journal, index, cells)
    assert_read_or_refused(journal)


@given(st.binary(max_size=300), st.booleans())
@usual
def test_any_bytes_are_read_or_refused(content: bytes, begun: bool) -> None:
    assert_read_or_refused(HEAD.pack(b"yieldsc1", 2, 100) + content if begun else content)


# -- how much it may take -------------------------------------------------------------------------

_LEDGER: Final = 4 * 1024 * 1024
_MOST_TIMES: Final = 12
"""So many times its own bytes a ledger may take while it is read."""

FLOODS: Final = {
    "actors": b'a{"kind":"task","name":""}\n',
    "values": b'v"ab"\n',
    "short values": b"v1\n",
    "output": b'o{"step": 0, "stream": "stdout", "text": ""}\n',
    "outcomes": b'e{"kind":"finished"}\n',
    "line breaks": b"\n",
    "lists in an actor": b'a{"kind":"module","name":"","x":[' + b"[]," * 10**6 + b"[]]}\n",
    "lists in an outcome": b'e{"kind":"finished","x":[' + b"[]," * (340 * 1024) + b"[]]}\n",
    "objects in output": b'o{"step": 0, "stream": "stdout", "text": "", "x":[' + b"{}," * 10**6 + b'""]}\n',
    "lists for output": b'o{"step": 0, "stream": "stdout", "text": [' + b"[]," * 10**6 + b"[]]}\n",
    "names that wait": b'e{"kind":"deadlock","waiting":[' + b'"",' * 10**6 + b'""]}\n',
    "a long name": b'a{"kind":"task","name":"' + b"x" * 10**6 + b'"}\n',
    "a long value": b'v"' + b"x" * 10**6 + b'"\n',
    "long output": b'o{"step": 0, "stream": "stdout", "text": "' + b"x" * 10**6 + b'"}\n',
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_ledger_takes_no_more_than_some_times_its_own_bytes(flood: str) -> None:
    record = FLOODS[flood]
    content = b'a{"kind":"module","name":"m"}\n' + record * (_LEDGER // len(record) or 1)
    buffer = bytearray(journal_size(1_000, _LEDGER))
    HEAD.pack_into(buffer, 0, b"yieldsc1", 1_000, len(content))
    at = HEAD.size + 1_000 * STEP.size
    buffer[at : at + len(content)] = content
    tracemalloc.start()
    try:
        assert_kept_and_told(read_remains(Remains(mapped(bytes(buffer)), mapped(b""), ENDED), "pass\n"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < _MOST_TIMES * _LEDGER


def test_names_and_values_of_any_length_are_cut_where_they_are_written() -> None:
    buffer = bytearray(SIZE)
    journal = Journal(buffer, LIMITS.steps)
    journal.actor(actor_record(Actor("module", "m" * 5_000, 1)))
    once, again = journal.value("v" * 5_000), journal.value("v" * 6_000)
    journal.step(KINDS.index("print"), 0, -1, once, 1, -1)
    trace = read_journal(bytes(buffer), "", {}, ENDED)
    assert (len(trace.actors[0].name), len(trace.values[0]), once) == (LONGEST_NAME, LONGEST_VALUE, again)
    assert trace.values[0].endswith("…")
    assert plain(next(narrate(trace)))


def test_the_last_outcome_that_was_written_counts() -> None:
    journal = with_ledger(bytes(SIZE), [b'e{"kind":"finished"}\n', b'e{"kind":"never ran"}\n'])
    assert read_journal(journal, "", {}, ENDED).outcome.kind == "never ran"
