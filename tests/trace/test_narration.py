"""The sentences: complete, plain, and in the field's own terms."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.trace import Actor, Outcome, Trace
from app.trace.document import check
from app.trace.narration import catalogue, narrate, narrate_outcome, plain
from app.trace.vocabulary import ACTOR_KINDS, COLUMNS, KINDS, OUTCOMES
from tests.capture.test_golden import SNIPPETS, recorded

_SENTENCES = sorted((Path(__file__).parents[2] / "app" / "trace" / "sentences").glob("*.json"))


@pytest.mark.parametrize("language", [path.stem for path in _SENTENCES])
def test_a_catalogue_has_words_for_everything(language: str) -> None:
    words = catalogue(language)
    assert set(words["steps"]) == set(KINDS)
    assert set(words["outcomes"]) == set(OUTCOMES)
    assert set(words["actors"]) == set(ACTOR_KINDS)
    assert all("when" not in rules[-1] for rules in [*words["steps"].values(), *words["outcomes"].values()])


def _patterns(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [text for inner in (content.values() if isinstance(content, dict) else content) for text in _patterns(inner)]


@pytest.mark.parametrize("path", _SENTENCES, ids=lambda path: path.stem)
def test_a_sentence_marks_one_action_and_uses_no_foreign_term(path: Path) -> None:
    content = json.loads(path.read_text("utf-8"))
    for rules in content["steps"].values():
        for rule in rules:
            assert rule["say"].count("[") == rule["say"].count("]") == 1, rule["say"]
    for text in _patterns(content):
        assert not re.search(r"\b(blocked|context switch)\b", text), text


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda path: path.stem)
def test_every_step_of_a_real_trace_is_told_in_a_whole_sentence(snippet: Path) -> None:
    trace: Trace = recorded(snippet)
    sentences = [plain(sentence) for sentence in narrate(trace)]
    assert len(sentences) == len(trace)
    for step, sentence in zip(trace.steps(), sentences, strict=True):
        assert "{" not in sentence.replace(step.value or "", ""), sentence
        assert sentence.endswith(".") or step.kind == "print", sentence


TOLD = """
refusals: numbers() has finished before: the module gets StopIteration() from it at once.
refusals: numbers() has finished before: delegator() gets StopIteration() from it at once, and goes on after the yield from.
refusals: itself() is running and cannot enter itself: it gets ValueError('generator already executing') at once.
refusals: answer() cannot be entered: main() gets RuntimeError('cannot reuse already awaited coroutine') at once, at the await.
coroutine_and_task: main() passes Task-2 up to Task-1 and is suspended; it is for Task-1 to wait for it, if it can.
left_behind: numbers(), made at line N, was begun and never closed: its end is left to others.
not_begun: numbers(), made at line N, was asked for something but has not begun, and was never closed: its end is left to others.
left_behind: Task-2, made at line N, is gone, and its exception ValueError('nobody asks') was never retrieved: nobody asked for its result.
left_behind: Task-3, made at line N, was destroyed while it was pending: it will never be done.
never_awaited: greet(), made at line N, is gone and was never awaited: none of its body has run.
task_of_what_has_finished: work() cannot be entered: Task-2 gets RuntimeError('cannot reuse already awaited coroutine') at once.
task_of_what_has_finished: Task-2 is done with the exception RuntimeError('cannot reuse already awaited coroutine').
spelling_of_2014: @asyncio.coroutine is history: until Python 3.10 it made a coroutine of a generator. Today one writes async def, and await instead of yield from.
spelling_of_2014: asyncio.get_event_loop() is history where no event loop runs: it makes one, until Python 3.13. Today one writes asyncio.run(main()).
async_generator_by_hand: numbers() ends with the GeneratorExit, as it was asked to, and close() is done.
async_generator_by_hand: numbers() has finished and has no value more: drive() gets a StopAsyncIteration from it.
async_generator_by_hand: numbers() has finished and has no value more: the await in main() raises StopAsyncIteration, or gets the default of anext().
"""  # noqa: E501


@pytest.mark.parametrize("expected", TOLD.strip().splitlines())
def test_a_step_is_told_by_what_it_means(expected: str) -> None:
    name, _, sentence = expected.partition(": ")
    trace = recorded(next(path for path in SNIPPETS if path.stem == name))
    told = {
        plain(said).replace(f"line {step.line},", "line N,")
        for step, said in zip(trace.steps(), narrate(trace), strict=True)
    }
    assert sentence in told


def test_a_name_that_reads_like_a_mark_is_taken_as_it_is() -> None:
    actors = (Actor("module", "m"), Actor("future", "{name}"), Actor("generator", "g", of=1, role="iterator"))
    row = {"kind": KINDS.index("create"), "from": 0, "to": 2, "time": 0}
    trace = Trace("", actors, (), {name: [row.get(name)] for name in COLUMNS}, Outcome("finished"))
    check(trace)
    (sentence,) = map(plain, narrate(trace))
    assert "{name}’s iterator" in sentence


@pytest.mark.parametrize("kind", OUTCOMES)
def test_every_outcome_is_told(kind: str) -> None:
    sentence = narrate_outcome(Outcome(kind, 1, 2, "ValueError", "text", 5, ("Task-1", "Task-2")))
    assert sentence
    assert "{" not in sentence
