"""Why now: from a step along its causes to a line of the snippet, and back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.trace import Trace

from .conftest import GALLERY, GOLDEN, Open, Record, counter, shown, step_until, violations

type DocumentOf = Callable[[str], dict[str, Any]]

TASKS = GALLERY[4].read_text("utf-8")
WAKEUP = 43
"""The step in which the loop runs the wakeup of a task that a timer let go on."""
ITERATION = 42


@pytest.mark.parametrize("file", [*GALLERY, *GOLDEN], ids=lambda file: file.stem)
def test_from_every_run_of_a_handle_the_causes_lead_back_to_a_line(
    modules: Page, document_of: DocumentOf, file: Path
) -> None:
    document = document_of(file.read_text("utf-8"))
    trace = Trace.from_json(json.dumps(document))
    runs = [index + 1 for index, step in enumerate(trace.steps()) if step.kind == "run"]
    trails = modules.evaluate(
        """async ([document, runs]) => {
          const { decode } = await import("/static/player/trace.js");
          const { trailOf } = await import("/static/player/causes.js");
          const trace = decode(document);
          return runs.map((step) => trailOf(trace, step, step).steps);
        }""",
        [document, runs],
    )
    steps = list(trace.steps())
    for run, trail in zip(runs, trails, strict=True):
        assert trail == sorted(trail, reverse=True)
        assert [steps[step - 1].line is not None for step in trail] == [*[False] * (len(trail) - 1), True], run


def test_a_trail_that_is_followed_on_from_its_line_leads_to_the_next_one(
    modules: Page, document_of: DocumentOf
) -> None:
    trails = modules.evaluate(
        """async (document) => {
          const { decode } = await import("/static/player/trace.js");
          const { causesOf, trailOf } = await import("/static/player/causes.js");
          const trace = decode(document);
          const lines = trace.steps.line;
          const found = [];
          for (let asked = 1; asked <= trace.length; asked += 1) {
            const all = causesOf(trace, asked);
            for (const [at, step] of all.entries()) {
              const { steps, at: place } = trailOf(trace, asked, step);
              const isBegun = all.slice(0, steps.length).join() === steps.join() && place === at;
              const between = steps.slice(Math.max(at, 1), -1);
              found.push(isBegun && between.every((one) => lines[one - 1] === null));
            }
          }
          return found;
        }""",
        document_of(TASKS),
    )
    assert len(trails) > 100
    assert all(trails)


def ask(page: Page) -> None:
    page.get_by_role("button", name="Why now?").click()


@pytest.mark.parametrize("way_back", ["Escape", "Shift+W"])
@pytest.mark.parametrize("at", ["/t/", "/embed/"])
def test_following_the_causes_to_their_line_and_coming_back_ends_where_it_began(
    open_player: Open, at: str, way_back: str
) -> None:
    page = open_player(TASKS, step=WAKEUP, at=at)
    before = shown(page)
    at_line = page.locator(".tp-crumb[aria-current] .tp-crumb-line")
    seen = [counter(page)[0] for _ in step_until(page, lambda: at_line.count() == 1, key="w")]
    seen.append(counter(page)[0])
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen) > 3
    line = page.locator(".tp-crumb[aria-current] .tp-crumb-line").inner_text().removeprefix("line ")
    expect(page.locator(".tp-line-pointed .tp-number")).to_have_text(line)
    page.keyboard.press(way_back)
    assert counter(page)[0] == WAKEUP
    assert shown(page) == before
    expect(page.locator(".tp-trail")).to_be_hidden()
    expect(page.locator(".tp-line-pointed")).to_have_count(0)


def test_one_question_shows_all_causes_up_to_the_line(open_player: Open) -> None:
    page = open_player(TASKS, step=WAKEUP)
    ask(page)
    crumbs = page.locator(".tp-crumbs button")
    said = [" ".join(crumb.split()) for crumb in crumbs.all_inner_texts()]
    assert said == [
        "run Task-1 wakeup",
        "schedule Task-1 wakeup",
        "settle Future-1",
        "run Future-1 ← None",
        "schedule timer due",
        "schedule timer",
        "send sleep() line 16",
    ]
    expect(crumbs.nth(1)).to_have_attribute("aria-current", "step")
    expect(crumbs.nth(2)).to_have_attribute(
        "title", "Future-1 ← None sets the result None on Future-1, which is done now."
    )
    expect(page.locator(".tp-line-pointed .tp-text")).to_have_text("    await asyncio.sleep(1)")
    expect(page.get_by_role("status").filter(has_text="Cause")).to_have_text(
        f"Cause 1 of 6 behind step {WAKEUP}; they lead to line 16"
    )


FAR_FROM_ITS_LINE = """
import asyncio

async def main():
    await asyncio.create_task(asyncio.wait_for(asyncio.sleep(1), 5))

asyncio.run(main())
"""


def test_of_many_causes_the_ends_are_shown_and_those_around_the_step(open_player: Open) -> None:
    page = open_player(FAR_FROM_ITS_LINE)
    for _ in step_until(page, lambda: "Task-2 wakeup from the ready" in page.locator(".tp-sentence").inner_text()):
        pass
    page.keyboard.press("w")
    crumbs = page.locator(".tp-crumbs li")
    expect(crumbs.first).to_contain_text("run")
    expect(crumbs.last).to_contain_text("line 5")
    steps, left_out = crumbs.locator("button"), crumbs.get_by_text("…", exact=True)
    expect(left_out).to_have_count(1)
    for _ in range(3):
        current = page.locator(".tp-crumb[aria-current]")
        expect(current).to_be_in_viewport(ratio=1)
        assert 4 <= steps.count() <= 7
        page.keyboard.press("w")
    expect(left_out).to_have_count(2)


def test_a_step_without_a_cause_has_nothing_to_ask_for(open_player: Open) -> None:
    page = open_player(TASKS, step=ITERATION)
    before = shown(page)
    expect(page.get_by_role("button", name="Why now?")).to_have_attribute("aria-disabled", "true")
    for key in ("w", "Escape", "Shift+W"):
        page.keyboard.press(key)
        assert shown(page) == before
    assert counter(page)[0] == ITERATION


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (900, 720), (390, 844)])
def test_the_control_stays_in_its_place(page: Page, open_player: Open, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_player(TASKS, step=ITERATION)
    control = page.get_by_role("button", name="Why now?")
    places = [control.bounding_box()]
    for key in ("ArrowRight", "w", "w", "w", "Escape", "ArrowRight"):
        page.keyboard.press(key)
        places.append(control.bounding_box())
    assert places == [places[0]] * len(places)


def test_any_other_move_leaves_the_causes(open_player: Open) -> None:
    page = open_player(TASKS)
    for key in ("ArrowRight", "ArrowLeft", "Home", "End", "PageDown", "Space"):
        page.locator(".tp-scrubber").fill(str(WAKEUP))
        page.keyboard.press("w")
        expect(page.locator(".tp-trail")).to_be_visible()
        page.locator("body").press(key)
        expect(page.locator(".tp-trail")).to_be_hidden()
    page.get_by_role("button", name="Pause").click()


def test_a_cause_is_gone_to_by_its_crumb_and_the_keyboard_stays_there(open_player: Open) -> None:
    page = open_player(TASKS, step=WAKEUP)
    page.keyboard.press("w")
    page.locator(".tp-crumbs button").nth(2).focus()
    page.keyboard.press("Enter")
    current = page.locator(".tp-crumbs button[aria-current]")
    expect(current).to_contain_text("settle")
    expect(current).to_be_focused()
    page.get_by_role("button", name="Back to the step asked about").focus()
    page.keyboard.press("Enter")
    assert counter(page)[0] == WAKEUP
    expect(page.get_by_role("button", name="Why now?")).to_be_focused()


def test_a_letter_is_the_same_key_with_caps_lock_on(open_player: Open) -> None:
    page = open_player(TASKS, step=WAKEUP)
    page.keyboard.press("W")
    expect(page.locator(".tp-trail")).to_be_visible()


def test_escape_is_left_to_others_where_no_causes_are_followed(open_player: Open) -> None:
    page = open_player(TASKS, step=WAKEUP)
    page.evaluate("addEventListener('keydown', event => { window.isTaken = event.defaultPrevented; })")
    page.keyboard.press("Escape")
    assert page.evaluate("window.isTaken") is False
    page.keyboard.press("w")
    page.keyboard.press("Escape")
    assert page.evaluate("window.isTaken") is True


@pytest.mark.parametrize(("width", "height"), [(640, 400), (960, 600), (1440, 900)])
def test_the_line_the_causes_lead_to_is_in_sight_from_the_first_question(
    page: Page, record: Record, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/embed/{record(TASKS)}#step={WAKEUP}")
    page.locator(".tp-player").wait_for()
    page.keyboard.press("w")
    parts = (".tp-crumb[aria-current]", ".tp-crumb-line", ".tp-line-pointed .tp-number", ".tp-controls", ".tp-sentence")
    for part in parts:
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    current, end = (
        page.locator(part).bounding_box() for part in (".tp-crumb[aria-current]", ".tp-crumbs li:last-child")
    )
    assert current
    assert end
    assert current["x"] + current["width"] <= end["x"] + 1


def test_the_trail_takes_no_room_from_the_stage_under_a_sentence_of_one_line(page: Page, open_player: Open) -> None:
    for width, height in [(1440, 900), (960, 600)]:
        page.set_viewport_size({"width": width, "height": height})
        open_player(TASKS, step=WAKEUP)
        before = page.locator(".tp-stage").bounding_box()
        page.keyboard.press("w")
        expect(page.locator(".tp-trail")).to_be_visible()
        assert page.locator(".tp-stage").bounding_box() == before


def test_following_causes_animates_nothing(page: Page, open_player: Open) -> None:
    open_player(TASKS, step=WAKEUP)
    for _ in range(6):
        page.keyboard.press("w")
        assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_where_causes_are_followed(
    page: Page, open_player: Open, width: int, height: int, theme: str
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_player(TASKS, step=WAKEUP)
    page.keyboard.press("w")
    assert violations(page) == []


@pytest.mark.parametrize("file", GALLERY, ids=lambda file: file.stem)
def test_an_arc_leads_to_each_run_from_its_cause(modules: Page, document_of: DocumentOf, file: Path) -> None:
    document = document_of(file.read_text("utf-8"))
    arcs = modules.evaluate(
        """async (document) => {
          const { decode } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const { layOut, schedulesOf } = await import("/static/player/timeline/layout.js");
          const trace = decode(document);
          const { arcs } = layOut(trace, historyOf(trace).lives, schedulesOf(trace), { first: 0, last: trace.length });
          return arcs.map(({ from, to }) => [from, to]);
        }""",
        document,
    )
    steps = enumerate(Trace.from_json(json.dumps(document)).steps(), start=1)
    caused = {step: each.cause + 1 for step, each in steps if each.kind == "run" and each.cause is not None}
    assert {to: start for start, to in arcs if to in caused} == caused


def test_a_trace_that_knows_no_causes_plays_without_them(
    page: Page, record: Record, document_of: Callable[[str], dict[str, Any]]
) -> None:
    document = document_of(TASKS)
    del document["steps"]["cause"]
    trace = record(TASKS)
    page.route(
        "**/api/traces/*", lambda route: route.fulfill(body=json.dumps(document), content_type="application/json")
    )
    page.goto(f"/t/{trace}#step={WAKEUP}")
    expect(page.locator(".tp-sentence")).to_contain_text("runs it")
    expect(page.get_by_role("button", name="Why now?")).to_be_hidden()
    expect(page.locator(".tp-arc")).to_have_count(0)
    page.keyboard.press("w")
    assert counter(page)[0] == WAKEUP
    page.keyboard.press("End")
    assert counter(page)[0] == len(document["steps"]["kind"])
