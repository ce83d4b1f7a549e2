"""The journal: what was written is there, however the writer ended, and nothing is taken on trust."""

import random

import pytest

from app.trace import Actor, Outcome, TraceError
from app.trace.journal import Journal, LedgerFull, StepsFull, actor_record, journal_size, read_journal
from app.trace.vocabulary import KINDS

_STEPS, _LEDGER = 2500, 20_000
_PRINT = KINDS.index("print")
_ENDED = Outcome("crash", message="signal SIGKILL")


def _written(steps: int) -> bytearray:
    buffer = bytearray(journal_size(_STEPS, _LEDGER))
    journal = Journal(buffer, _STEPS)
    module = journal.actor(actor_record(Actor("module", "<module>", 1)))
    for index in range(steps):
        journal.now = index / 8
        journal.step(_PRINT, module, -1, journal.value(f"v{index % 7}"), 1, -1)
        if index == 0:
            journal.output("stdout", "hé\n")
    return buffer


@pytest.mark.parametrize("steps", [0, 1, 1023, 1024, 1025, _STEPS])
def test_a_journal_nobody_closed_holds_every_step(steps: int) -> None:
    trace = read_journal(bytes(_written(steps)), "", {}, _ENDED)
    assert len(trace) == steps
    assert trace.outcome == _ENDED
    assert [step.value for step in trace.steps()] == [f"v{index % 7}" for index in range(steps)]


def test_a_step_that_was_cut_in_half_is_not_there() -> None:
    buffer = _written(3)
    # A step's kind is written last; what follows the steps is the ledger, which holds the actors.
    head = bytes(buffer).index(b"a{") - (journal_size(_STEPS, 0) - journal_size(0, 0))
    third_ends = head + journal_size(3, 0) - journal_size(0, 0)
    buffer[third_ends - 4 : third_ends] = bytes(4)
    assert len(read_journal(bytes(buffer), "", {}, _ENDED)) == 2


def test_a_full_journal_says_so_and_keeps_room_for_the_outcome() -> None:
    buffer = bytearray(journal_size(1, 100))
    journal = Journal(buffer, 1)
    journal.step(_PRINT, -1, -1, -1, -1, -1)
    with pytest.raises(StepsFull):
        journal.step(_PRINT, -1, -1, -1, -1, -1)
    with pytest.raises(LedgerFull):
        journal.value("x" * 200)
    journal.outcome(Outcome("exception", message="m" * 2000))
    assert read_journal(bytes(buffer), "", {}, _ENDED).outcome.message == "m" * 2000


def test_a_value_can_be_filled_in_later() -> None:
    buffer = bytearray(journal_size(2, 1000))
    journal = Journal(buffer, 2)
    at = journal.step(_PRINT, -1, -1, journal.value("before"), -1, -1)
    journal.set_value(at, journal.value("after"))
    assert [step.value for step in read_journal(bytes(buffer), "", {}, _ENDED).steps()] == ["after"]


def test_a_journal_that_was_scribbled_over_is_read_or_refused() -> None:
    dice = random.Random(0)
    clean = _written(40)
    for _ in range(400):
        spoilt = bytearray(clean)
        for _ in range(dice.randint(1, 8)):
            at = dice.choice(
                [dice.randrange(200), dice.randrange(len(spoilt)), len(spoilt) - _LEDGER + dice.randrange(900)]
            )
            spoilt[at % len(spoilt)] = dice.randrange(256)
        try:
            trace = read_journal(bytes(spoilt), "", {}, _ENDED)
        except TraceError:
            continue
        assert len(trace) <= _STEPS


@pytest.mark.parametrize(
    "record", [b"v", b"v{}", b"x1", b"a[]", b'a{"kind":"module"}', b"o1", b"e" + b"[" * 9000, b"v\xff"]
)
def test_a_record_of_no_sense_spoils_the_journal(record: bytes) -> None:
    buffer = _written(0)
    used = int.from_bytes(buffer[16:24], "little")
    start = len(buffer) - _LEDGER - 4096 + used
    buffer[start : start + len(record) + 1] = record + b"\n"
    buffer[16:24] = (used + len(record) + 1).to_bytes(8, "little")
    with pytest.raises(TraceError):
        read_journal(bytes(buffer), "", {}, _ENDED)


@pytest.mark.parametrize("letter", ["m", "😀"])
def test_there_is_always_room_for_an_outcome_however_much_it_has_to_say(letter: str) -> None:
    long = Outcome("deadlock", type=letter * 9_000, message=letter * 9_000, waiting=(letter * 9_000,) * 900)
    for ledger in (10, 4 * 1024 * 1024):
        buffer = bytearray(journal_size(1, ledger))
        Journal(buffer, 1).outcome(long)
        outcome = read_journal(bytes(buffer), "", {}, _ENDED).outcome
        assert outcome.kind == "deadlock"
        assert outcome.message is not None
        assert outcome.message.endswith("…")
        assert outcome.waiting[-1] == "…"
