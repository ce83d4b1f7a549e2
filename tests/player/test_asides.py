"""Steps by which no control moves: what is refused, what is left behind, and remarks."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.trace import Step, Trace
from app.trace.vocabulary import FRAMES, KINDS

from .conftest import GALLERY, GOLDEN, Open, violations

type DocumentOf = Callable[[str], dict[str, Any]]

SOURCES = {file.stem: file.read_text("utf-8") for file in GOLDEN}
REFUSALS, LEFT_BEHIND, OLD_SPELLING = (SOURCES[name] for name in ("refusals", "left_behind", "spelling_of_2014"))
NEVER_AWAITED = SOURCES["never_awaited"]


def steps_of(document: dict[str, Any], kind: str, via: str | None = None) -> Iterator[tuple[int, Step]]:
    """The steps of a kind, each with how many steps have been taken with it."""
    for index, step in enumerate(Trace.from_json(json.dumps(document)).steps(), start=1):
        if step.kind == kind and via in (None, step.via):
            yield index, step


def scenes(modules: Page, document: dict[str, Any], step: int) -> Any:
    """What is there before a step, by it, and after the next one: frames, tasks, and who runs."""
    return modules.evaluate(
        """async ([document, step]) => {
          const { decode } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const history = historyOf(decode(document));
          return [step - 1, step, step + 1].map((at) => {
            const { frames, tasks, stack } = history.sceneAt(at);
            const states = (map) => Object.fromEntries([...map].map(([id, { state }]) => [id, state]));
            return { frames: states(frames), tasks: states(tasks), stack };
          });
        }""",
        [document, step],
    )


def test_every_kind_can_be_folded(modules: Page, document_of: DocumentOf) -> None:
    folded = set()
    for file in (*GALLERY, *GOLDEN):
        document = document_of(file.read_text("utf-8"))
        folded |= set(
            modules.evaluate(
                """async (document) => {
                  const { decode, stepAt } = await import("/static/player/trace.js");
                  const { emptyScene } = await import("/static/player/scene.js");
                  const { fold } = await import("/static/player/fold.js");
                  const trace = decode(document);
                  const scene = emptyScene();
                  return Array.from({ length: trace.length }, (_, index) => {
                    const step = stepAt(trace, index);
                    fold(scene, step, trace);
                    return step.kind;
                  });
                }""",
                document,
            )
        )
    assert folded == set(KINDS)


@pytest.mark.parametrize("source", [REFUSALS, OLD_SPELLING], ids=["refusals", "old spelling"])
def test_by_a_refusal_or_a_remark_nothing_runs_begins_or_ends(
    modules: Page, document_of: DocumentOf, source: str
) -> None:
    document = document_of(source)
    asides = [*steps_of(document, "refuse"), *steps_of(document, "note")]
    assert asides
    for at, step in asides:
        before, now, _ = scenes(modules, document, at)
        # What the step before ended is shown by that step still, and a module may not have given anything yet.
        going_on = {name: state for name, state in before["frames"].items() if state not in ("finished", "raised")}
        assert now["frames"] == going_on | {str(step.giver): "running"}
        assert now["tasks"] == before["tasks"]
        assert now["stack"] == (before["stack"] or [step.giver])


def test_what_has_finished_is_shown_refusing_and_then_no_more(open_player: Open, document_of: DocumentOf) -> None:
    at, _ = next(steps_of(document_of(REFUSALS), "refuse", "await"))
    page = open_player(REFUSALS, step=at)
    card = page.locator(".tp-card", has=page.locator(".tp-badge-news"))
    expect(card.locator(".tp-card-name")).to_have_text("answer()")
    expect(card.locator(".tp-badge")).to_have_text("refuses")
    expect(card.locator(".tp-card-line")).to_have_text("has finished")
    expect(page.locator(".tp-frame-running.tp-in-control .tp-card-name")).to_have_text("main()")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tp-card-name", has_text="answer()")).to_have_count(0)


@pytest.mark.parametrize(
    ("via", "link", "error", "result"),
    [
        ("yield from", "delegator() delegates to numbers()", "StopIteration", "None"),
        ("await", "main() awaits answer()", "RuntimeError", "–"),
    ],
)
def test_a_refused_link_answers_in_the_expansion_at_once(
    open_player: Open, document_of: DocumentOf, via: str, link: str, error: str, result: str
) -> None:
    at, step = next(steps_of(document_of(REFUSALS), "refuse", via))
    page = open_player(REFUSALS, step=at)
    expect(page.locator(".tp-focus")).to_have_text(link)
    expect(page.locator(".tp-lit")).to_have_text(f"\t_y = next(_i)  # raises {error}")
    variables = dict(
        zip(*(page.locator(f".tp-variable {part}").all_inner_texts() for part in ("dt", "dd")), strict=True)
    )
    assert variables["_e"] == step.value
    assert variables["_r"] == result


def test_every_refusal_points_at_the_line_that_asked(open_player: Open, document_of: DocumentOf) -> None:
    refusals = list(steps_of(document_of(REFUSALS), "refuse"))
    page = open_player(REFUSALS)
    for at, step in refusals:
        page.locator(".tp-scrubber").fill(str(at))
        expect(page.locator(".tp-line-pointed.tp-kind-refuse .tp-number")).to_have_text(str(step.line))
        expect(page.locator(".tp-line-pointed .tp-mark")).to_contain_text("refused here")
        expect(page.locator(".tp-way")).to_have_attribute("d", "")
    assert None in {step.receiver for _, step in refusals}


@pytest.mark.parametrize(
    ("source", "via", "said"),
    [
        (NEVER_AWAITED, "never awaited", "never awaited"),
        (LEFT_BEHIND, "never retrieved", "exception never retrieved"),
        (LEFT_BEHIND, "destroyed pending", "destroyed while pending"),
        (LEFT_BEHIND, "never closed", "never closed"),
    ],
    ids=lambda given: given if len(given) < 30 else "",
)
def test_what_is_left_behind_is_shown_with_the_line_that_made_it(
    open_player: Open, document_of: DocumentOf, source: str, via: str, said: str
) -> None:
    at, step = next(steps_of(document_of(source), "abandon", via))
    page = open_player(source, step=at)
    expect(page.locator(".tp-badge-news, .tp-task-abandoned")).to_contain_text(said)
    expect(page.locator(".tp-line-pointed.tp-kind-abandon .tp-number")).to_have_text(str(step.line))
    expect(page.locator(".tp-line-pointed .tp-mark")).to_contain_text("made here")
    expect(page.locator(".tp-sentence")).to_contain_text(f"made at line {step.line}")
    expect(page.locator(".tp-token")).to_be_hidden()


def test_what_python_has_let_go_of_is_shown_by_that_step_and_then_gone(modules: Page, document_of: DocumentOf) -> None:
    for source in (NEVER_AWAITED, LEFT_BEHIND):
        document = document_of(source)
        for at, step in steps_of(document, "abandon"):
            _, now, after = scenes(modules, document, at)
            kind = document["actors"][step.receiver]["kind"]
            states = now["tasks" if kind == "task" else "frames"]
            if step.via == "never closed":
                assert states[str(step.receiver)] == "suspended"
                continue
            assert states[str(step.receiver)] == "abandoned"
            assert str(step.receiver) not in after["tasks"] | after["frames"]


def test_a_generator_that_was_never_closed_goes_on_until_the_loop_closes_it(
    modules: Page, document_of: DocumentOf
) -> None:
    document = document_of(LEFT_BEHIND)
    at, step = next(steps_of(document, "abandon", "never closed"))
    thrown = next(index for index, each in steps_of(document, "throw") if each.receiver == step.receiver)
    assert thrown > at
    before, now, _ = scenes(modules, document, thrown)
    assert before["frames"][str(step.receiver)] == "suspended"
    assert now["frames"][str(step.receiver)] == "running"


def test_the_mark_of_what_is_left_behind_is_on_its_own_lane(modules: Page, document_of: DocumentOf) -> None:
    found = set()
    for source in (NEVER_AWAITED, LEFT_BEHIND):
        document = document_of(source)
        marks = modules.evaluate(
            """async (document) => {
              const { decode } = await import("/static/player/trace.js");
              const { historyOf } = await import("/static/player/history.js");
              const { layOut, schedulesOf } = await import("/static/player/timeline/layout.js");
              const trace = decode(document);
              const window = { first: 0, last: trace.length };
              const { rows, hops } = layOut(trace, historyOf(trace).lives, schedulesOf(trace), window);
              const marks = hops.filter(({ kind }) => kind === "abandon");
              return Object.fromEntries(marks.map(({ at, from }) => [at, rows[from].actor]));
            }""",
            document,
        )
        for at, step in steps_of(document, "abandon"):
            kind = document["actors"][step.receiver]["kind"]
            # A future has no lane.
            if kind == "task" or kind in FRAMES:
                assert marks[str(at)] == step.receiver
                found.add(kind)
    assert found == {"coroutine", "task", "async generator"}


def test_a_remark_is_at_its_line_and_nowhere_else_on_the_stage(open_player: Open, document_of: DocumentOf) -> None:
    notes = list(steps_of(document_of(OLD_SPELLING), "note"))
    page = open_player(OLD_SPELLING)
    assert notes
    for at, step in notes:
        page.locator(".tp-scrubber").fill(str(at))
        expect(page.locator(".tp-line-pointed.tp-kind-note .tp-number")).to_have_text(str(step.line))
        expect(page.locator(".tp-token")).to_be_hidden()
        expect(page.locator(".tp-badge-news")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_at_an_aside(
    page: Page, open_player: Open, document_of: DocumentOf, width: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    for source, kind in [(REFUSALS, "refuse"), (LEFT_BEHIND, "abandon"), (OLD_SPELLING, "note")]:
        asides = list(steps_of(document_of(source), kind))
        open_player(source)
        for at, _ in asides:
            page.locator(".tp-scrubber").fill(str(at))
            assert violations(page) == []
