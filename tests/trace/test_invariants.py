"""What always holds: in every trace that is recorded, and in none that was changed so as to break a rule.

Longer than others, as it has a broken trace for each rule; these stand together, so that one without is missed.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gallery import snippets
from app.trace import Step, Trace, TraceError
from app.trace.forms import FORMS
from app.trace.vocabulary import COLUMNS, KINDS
from tests.capture.harness import record_all
from tests.trace.programs import GENERATORS, PROGRAMS, TASKS

_CAPTURED: Final = Path(__file__).parents[1] / "capture"
_ENTERING: Final = frozenset({"send", "throw", "close", "call", "run"})
_LEAVING: Final = frozenset({"yield", "return", "raise", "exit", "ran"})

type Row = dict[str, Any]
type Change = Callable[["Draft"], object]


class Draft:
    """A trace to be changed: its `rows` have words for kinds, vias and values."""

    def __init__(self, trace: Trace) -> None:
        self._document: Final = json.loads(trace.to_json())
        self.actors: Final[list[Row]] = self._document["actors"]
        self.rows: Final[list[Row]] = [step._asdict() for step in trace.steps()]

    def at(self, kind: str, count: int = 0, **cells: object) -> int:
        """The index of the first step of a kind with these cells, or of one that comes after it."""
        found = [
            index
            for index, row in enumerate(self.rows)
            if row["kind"] == kind and all(row[name] == cell for name, cell in cells.items())
        ]
        return found[count]

    def step(self, kind: str, count: int = 0, **cells: object) -> Row:
        """The first step of a kind with these cells, or one that comes after it."""
        return self.rows[self.at(kind, count, **cells)]

    def drop(self, *indexes: int) -> None:
        """Leave steps out."""
        self._forget_causes()
        for index in sorted(indexes, reverse=True):
            del self.rows[index]

    def insert(self, index: int, **cells: object) -> None:
        """Put a step before another, at the same time and line, and of the same task."""
        self._forget_causes()
        self.rows.insert(index, dict(self.rows[index], value=None, via=None) | cells)

    def repeat(self, index: int) -> None:
        """Put a step twice."""
        self._forget_causes()
        self.rows.insert(index, dict(self.rows[index]))

    def move(self, index: int, *, to: int) -> None:
        """Put a step to another place."""
        self._forget_causes()
        self.rows.insert(to, self.rows.pop(index))

    def exchange(self, one: int, other: int) -> None:
        """Let two steps change places."""
        self._forget_causes()
        self.rows[one], self.rows[other] = self.rows[other], self.rows[one]

    def actor(self, name: str) -> int:
        """The id of the first actor that has a name."""
        return next(index for index, actor in enumerate(self.actors) if actor["name"] == name)

    def document(self) -> str:
        """The changed trace."""
        values = sorted({row["value"] for row in self.rows} - {None})
        fields = zip(COLUMNS, Step._fields, strict=True)
        steps = {name: [row[field] for row in self.rows] for name, field in fields}
        for name, words in (("kind", self._document["kinds"]), ("via", self._document["vias"]), ("value", values)):
            numbers = {None: None, **{word: number for number, word in enumerate(words)}}
            steps[name] = [numbers[word] for word in steps[name]]
        return json.dumps(self._document | {"values": values, "steps": steps, "output": []})

    def _forget_causes(self) -> None:
        for row in self.rows:
            row["cause"] = None


@cache
def recorded(*sources: str) -> Sequence[Trace]:
    """The traces of programs. Reading them checks that they hold."""
    return record_all(sources)


def broken_rule(document: str) -> str | None:
    """The rule that a document breaks; None where it is a trace."""
    try:
        Trace.from_json(document)
    except TraceError as refusal:
        return refusal.rule
    return None


def _captured() -> Iterator[Path]:
    for folder in ("golden", "observed"):
        yield from sorted(path for path in (_CAPTURED / folder).glob("*.py") if not path.stem.startswith("_"))


def test_all_of_it_holds_in_whatever_is_recorded() -> None:
    sources = [
        *PROGRAMS,
        *(snippet.source for snippet in snippets()),
        *(path.read_text("utf-8") for path in _captured()),
    ]
    for source, trace in zip(sources, recorded(*sources), strict=True):
        assert len(trace) > 0, source


@pytest.mark.parametrize("program", [GENERATORS, TASKS], ids=["generators", "tasks"])
def test_it_holds_wherever_a_run_was_cut(program: str) -> None:
    (trace,) = recorded(program)
    for length in range(len(trace)):
        draft = Draft(trace)
        del draft.rows[length:]
        assert broken_rule(draft.document()) is None, length


BREAKING: Final[list[Any]] = []
"""Each change that breaks a rule, with the program whose trace is changed and the name of the rule."""


def breaks(rule: str, program: str) -> Callable[[Change], Change]:
    """Says that a change of a program's trace breaks a rule."""

    def register(change: Change) -> Change:
        BREAKING.append(pytest.param(program, rule, change, id=f"{rule}: {change.__name__}".replace("_", " ")))
        return change

    return register


# -- in generators ---------------------------------------------------------------------------


@breaks("made", GENERATORS)
def entered_before_it_is_made(draft: Draft) -> None:
    draft.drop(draft.at("create", receiver=draft.actor("numbers")))


@breaks("made", GENERATORS)
def made_twice(draft: Draft) -> None:
    draft.repeat(draft.at("create"))


@breaks("running", GENERATORS)
def entered_while_it_runs(draft: Draft) -> None:
    delegate = draft.actor("delegate")
    draft.insert(draft.at("create", giver=delegate), kind="send", giver=delegate, receiver=delegate, via="next")


@breaks("running", GENERATORS)
def called_while_it_runs(draft: Draft) -> None:
    function = draft.actor("twice")
    draft.insert(draft.at("exit"), kind="call", giver=function, receiver=function, via="call")


@breaks("ended", GENERATORS)
def entered_after_its_end(draft: Draft) -> None:
    end = draft.at("raise", receiver=0)
    draft.insert(end + 1, kind="send", giver=0, receiver=draft.actor("delegate"), via="next")


@breaks("control", GENERATORS)
def given_by_one_that_is_suspended(draft: Draft) -> None:
    draft.insert(draft.at("exit"), kind="yield", giver=draft.actor("numbers"), receiver=0, via="yield")


@breaks("control", GENERATORS)
def entered_by_one_that_is_suspended(draft: Draft) -> None:
    draft.step("send", 2)["giver"] = draft.actor("numbers")


@breaks("control", GENERATORS)
def refused_to_one_that_is_suspended(draft: Draft) -> None:
    suspended, asked = draft.actor("numbers"), draft.actor("delegate")
    draft.insert(draft.at("exit"), kind="refuse", giver=suspended, receiver=asked, via="next")


@breaks("nesting", GENERATORS)
def given_to_another_than_who_entered(draft: Draft) -> None:
    draft.step("raise", receiver=0)["receiver"] = draft.actor("twice")


@breaks("nesting", GENERATORS)
def ended_for_another_than_who_called(draft: Draft) -> None:
    draft.step("exit")["receiver"] = draft.actor("delegate")


@breaks("via", GENERATORS)
def ended_by_another_way_than_it_was_entered(draft: Draft) -> None:
    draft.step("raise")["via"] = "next"


@breaks("via", GENERATORS)
def passed_up_by_another_way_than_it_came(draft: Draft) -> None:
    draft.step("yield", via="yield from")["via"] = "await"


@breaks("delegation", GENERATORS)
def passed_up_with_another_value(draft: Draft) -> None:
    draft.step("yield", via="yield from")["value"] = "'eins'"


@breaks("delegation", GENERATORS)
def passed_up_though_it_did_not_come(draft: Draft) -> None:
    draft.drop(draft.at("send", 1), draft.at("yield"))


@breaks("delegation", GENERATORS)
def passed_up_after_something_else(draft: Draft) -> None:
    never = len(draft.actors) - 1
    draft.insert(draft.at("yield", via="yield from"), kind="create", giver=draft.actor("delegate"), receiver=never)


@breaks("delegation", GENERATORS)
def handed_on_with_another_value(draft: Draft) -> None:
    draft.step("send", 1, value="'hello'")["value"] = "None"


@breaks("delegation", GENERATORS)
def handed_on_as_something_else(draft: Draft) -> None:
    draft.step("close", via="yield from")["kind"] = "send"


@breaks("delegation", GENERATORS)
def not_handed_on(draft: Draft) -> None:
    closed = draft.at("close", via="yield from")
    draft.drop(closed, closed + 1)


@breaks("form", GENERATORS)
def yielded_by_no_way(draft: Draft) -> None:
    draft.step("yield")["via"] = None


@breaks("actors", GENERATORS)
def begun_by_no_module(draft: Draft) -> None:
    draft.actors[0]["kind"] = "function"


# -- in tasks --------------------------------------------------------------------------------


@breaks("made", TASKS)
def stepping_before_it_is_spawned(draft: Draft) -> None:
    draft.drop(draft.at("spawn"))


@breaks("made", TASKS)
def spawned_twice(draft: Draft) -> None:
    draft.repeat(draft.at("spawn"))


@breaks("control", TASKS)
def run_by_a_loop_that_does_not_run(draft: Draft) -> None:
    draft.drop(draft.at("tick"))


@breaks("control", TASKS)
def run_by_a_loop_that_runs_already(draft: Draft) -> None:
    draft.drop(draft.at("ran", 2))


@breaks("control", TASKS)
def set_as_a_timer_by_nobody(draft: Draft) -> None:
    draft.step("schedule", via="timer")["giver"] = None


@breaks("control", TASKS)
def stepping_within_the_step_of_another(draft: Draft) -> None:
    at, task = draft.at("create", receiver=draft.actor("Future.__await__")), draft.actor("Task-2")
    draft.insert(at, kind="send", giver=task, receiver=draft.actor("child"), task=task, via="task step")


@breaks("task", TASKS)
def told_as_of_no_task(draft: Draft) -> None:
    draft.step("create", receiver=draft.actor("child"))["task"] = None


@breaks("task", TASKS)
def told_as_of_another_task(draft: Draft) -> None:
    draft.step("spawn", 1)["task"] = draft.actor("Task-2")


@breaks("task", TASKS)
def stepping_the_coroutine_of_another(draft: Draft) -> None:
    draft.actors[draft.actor("Task-2")]["of"] = draft.actor("main")


@breaks("handle", TASKS)
def scheduled_twice(draft: Draft) -> None:
    draft.repeat(draft.at("schedule", receiver=draft.actor("print callback")))


@breaks("handle", TASKS)
def run_twice(draft: Draft) -> None:
    loop, handle = draft.actor("event loop"), draft.actor("print callback")
    draft.insert(draft.at("ran", giver=handle) + 1, kind="run", giver=loop, receiver=handle)


@breaks("handle", TASKS)
def run_though_it_was_never_scheduled(draft: Draft) -> None:
    draft.drop(draft.at("schedule", receiver=draft.actor("print callback")))


@breaks("handle", TASKS)
def run_though_it_was_cancelled(draft: Draft) -> None:
    draft.step("unschedule")["receiver"] = draft.actor("print callback")


@breaks("handle", TASKS)
def due_though_it_is_no_timer(draft: Draft) -> None:
    draft.step("schedule", via="timer")["via"] = "callback"


@breaks("ready queue", TASKS)
def run_before_one_that_came_first(draft: Draft) -> None:
    first, second = draft.at("run", 1), draft.at("run", 2)
    draft.exchange(first, second)
    draft.exchange(first + 2, second + 2)


@breaks("ready queue", TASKS)
def run_in_the_iteration_in_which_it_came(draft: Draft) -> None:
    draft.drop(draft.at("tick", 1))


@breaks("timer", TASKS)
def due_after_a_handle_has_run(draft: Draft) -> None:
    draft.move(draft.at("schedule", 1, via="timer due"), to=draft.at("print", value="timers") + 1)


@breaks("timer", TASKS)
def due_after_one_of_a_later_time(draft: Draft) -> None:
    draft.step("schedule", 1, via="timer")["value"] = "0.5"


@breaks("timer", TASKS)
def due_at_no_time(draft: Draft) -> None:
    draft.step("schedule", via="timer")["value"] = "soon"


@breaks("wait", TASKS)
def woken_by_what_it_does_not_wait_for(draft: Draft) -> None:
    draft.step("wait")["receiver"] = draft.actor("Task-3")


@breaks("done", TASKS)
def settled_twice(draft: Draft) -> None:
    draft.repeat(draft.at("settle"))


@breaks("done", TASKS)
def calling_back_before_it_is_done(draft: Draft) -> None:
    draft.drop(draft.at("settle", receiver=draft.actor("Task-2")))


@breaks("done", TASKS)
def cancelled_after_it_is_done(draft: Draft) -> None:
    draft.step("cancel")["receiver"] = draft.actor("Task-2")


@breaks("done", TASKS)
def waiting_after_it_is_done(draft: Draft) -> None:
    done, other = draft.actor("Task-2"), draft.actor("Task-3")
    draft.insert(draft.at("settle", receiver=done) + 1, kind="wait", giver=done, receiver=other)


@breaks("cause", TASKS)
def run_because_of_another_step(draft: Draft) -> None:
    draft.step("run", 1)["cause"] = 0


@breaks("cause", TASKS)
def due_because_of_another_step(draft: Draft) -> None:
    draft.step("schedule", via="timer due")["cause"] = 0


@breaks("cause", TASKS)
def called_back_because_of_another_step(draft: Draft) -> None:
    draft.step("schedule", via="done callback")["cause"] = draft.at("run")


@breaks("cause", TASKS)
def made_because_of_what_others_did(draft: Draft) -> None:
    draft.step("create", 2)["cause"] = draft.at("tick")


@breaks("cause", TASKS)
def abandoned_because_of_what_others_did(draft: Draft) -> None:
    draft.step("abandon")["cause"] = 0


@breaks("form", TASKS)
def begun_by_the_module(draft: Draft) -> None:
    draft.step("tick")["giver"] = 0


@breaks("form", TASKS)
def told_as_of_a_loop(draft: Draft) -> None:
    draft.step("run")["task"] = draft.actor("event loop")


@pytest.mark.parametrize(("program", "rule", "change"), BREAKING)
def test_a_trace_that_was_changed_so_as_to_break_a_rule_is_refused_by_its_name(
    program: str, rule: str, change: Change
) -> None:
    (trace,) = recorded(program)
    draft = Draft(trace)
    change(draft)
    assert broken_rule(draft.document()) == rule


@pytest.mark.parametrize("program", [GENERATORS, TASKS], ids=["generators", "tasks"])
def test_a_step_that_enters_or_leaves_is_missed_where_it_is_missing(program: str) -> None:
    (trace,) = recorded(program)
    for index, step in enumerate(trace.steps()):
        if step.kind in _ENTERING | _LEAVING and index + 1 < len(trace):
            draft = Draft(trace)
            draft.drop(index)
            assert broken_rule(draft.document()) is not None, (index, step)


@pytest.fixture(scope="module")
def two_traces() -> Sequence[Trace]:
    """Made before the first damage, because an example has to be quick."""
    return [*recorded(GENERATORS), *recorded(TASKS)]


@given(data=st.data())
def test_a_damaged_trace_is_read_or_refused(two_traces: Sequence[Trace], data: st.DataObject) -> None:
    trace = data.draw(st.sampled_from(two_traces))
    columns = {name: list(cells) for name, cells in trace.columns.items()}
    index = st.integers(0, len(trace) - 1)
    for _ in range(data.draw(st.integers(1, 4))):
        name, at = data.draw(st.sampled_from(COLUMNS)), data.draw(index)
        columns[name][at] = data.draw(st.sampled_from(columns[name]) | st.none() | st.integers(-1, 60))
        one, other = data.draw(index), data.draw(index)
        for cells in columns.values():
            cells[one], cells[other] = cells[other], cells[one]
    broken_rule(json.dumps(json.loads(trace.to_json()) | {"steps": columns}))


def test_every_kind_of_step_has_a_form() -> None:
    assert tuple(FORMS) == KINDS


def test_the_description_of_the_format_states_every_rule() -> None:
    section = files("app.trace").joinpath("FORMAT.md").read_text("utf-8").partition("## What always holds")[2]
    stated = set(re.findall(r"`([^`]*)`", " ".join(re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE))))
    assert {rule for _, rule, _ in (parameters.values for parameters in BREAKING)} - {"actors"} <= stated
