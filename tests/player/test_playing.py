"""The player on real traces, in a real browser: playing, stepping, links, keys, failures."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.spoiling import SPOILING

from .conftest import GALLERY, Open, Record, counter, shown, step_until

DELEGATES = """
def inner():
    got = yield "a"
    return got

def outer():
    result = yield from inner()
    print("result:", result)

g = outer()
next(g)
try:
    g.send("b")
except StopIteration:
    pass
"""
AWAITS_A_TASK = GALLERY[4].read_text("utf-8")
SEVENTH = GALLERY[6].read_text("utf-8")
STARVES = GALLERY[7].read_text("utf-8")
ENDLESS = """
def count():
    while True:
        yield 1

for _ in count():
    pass
"""


def test_playing_takes_the_seventh_snippet_to_its_end_and_says_how_it_ended(open_player: Open) -> None:
    page = open_player(SEVENTH)
    for _ in range(4):
        page.keyboard.press(".")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    total = counter(page)[1]
    expect(page.locator(".tp-counter")).to_have_text(f"step {total} of {total}", timeout=60_000)
    expect(page.locator(".tp-outcome")).to_have_text("The snippet ran to its end.")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.parametrize("source", [DELEGATES, SEVENTH], ids=["generators", "tasks"])
def test_a_step_back_shows_again_what_was_shown_before(open_player: Open, source: str) -> None:
    page = open_player(source)
    total = counter(page)[1]
    on_the_way = []
    for _ in range(min(total, 60)):
        on_the_way.append(shown(page))
        page.keyboard.press("ArrowRight")
    while on_the_way:
        page.keyboard.press("ArrowLeft")
        assert shown(page) == on_the_way.pop()


def test_every_part_of_the_stage_shows_the_step(open_player: Open) -> None:
    page = open_player(DELEGATES, step=5)
    expect(page.locator(".tp-sentence")).to_have_text("inner() yields 'a' to outer() and is suspended.")
    expect(page.locator(".tp-frame-suspended .tp-card-name")).to_have_text("inner()")
    expect(page.locator(".tp-line-suspended .tp-text")).to_have_text('    got = yield "a"')
    expect(page.locator(".tp-line-running .tp-text")).to_have_text("    result = yield from inner()")
    expect(page.locator(".tp-lit")).to_have_text(re.compile("_s = yield _y"))
    expect(page.locator(".tp-variable", has_text="_y")).to_contain_text("'a'")
    expect(page.locator(".tp-token")).to_contain_text("yield 'a'")
    expect(page.locator(".tp-output")).to_contain_text("nothing printed yet")
    page.keyboard.press("End")
    expect(page.locator(".tp-output")).to_have_text("result: b\n")


def test_the_address_names_the_step_both_ways(open_player: Open) -> None:
    page = open_player(DELEGATES, step=3)
    assert counter(page)[0] == 3
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("#step=4$"))
    page.evaluate("location.hash = '#step=2'")
    expect(page.locator(".tp-counter")).to_have_text(re.compile("^step 2 "))


@pytest.mark.parametrize(
    ("asked", "step", "note"),
    [
        ("99999", None, "The address asks for step 99999; there are "),
        ("-3", 0, "The address asks for step -3; there are "),
        ("soon", 0, "The address names no step by a number."),
        ("%3Cb%3E", 0, "The address names no step by a number."),
    ],
)
def test_nonsense_in_the_address_is_answered_plainly(
    open_player: Open, asked: str, step: int | None, note: str
) -> None:
    page = open_player(DELEGATES, step=asked)
    now, total = counter(page)
    assert now == (total if step is None else step)
    expect(page.locator(".tp-note")).to_contain_text(note)


def test_only_the_frame_whose_yield_it_is_yields(open_player: Open) -> None:
    page = open_player(AWAITS_A_TASK)
    said: list[str] = []
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        if page.locator(".tp-kind-yield .tp-token").count():
            said.append(page.locator(".tp-token b").inner_text())
    assert said == ["yield", "pass up", "pass up", "pass up"]


def test_the_iterator_of_a_task_is_named_so_and_says_how_the_task_is(open_player: Open) -> None:
    page = open_player(AWAITS_A_TASK, step=51)
    card = page.locator(".tp-future").first
    expect(card.locator(".tp-card-name")).to_have_text("Task-2’s iterator")
    expect(card.locator(".tp-badge")).to_have_text("created")
    expect(card.locator(".tp-card-line")).to_have_text("Task-2 pending")
    lanes = page.locator(".tp-row-name").all_inner_texts()
    assert [name for name in lanes if "Task-2" in name] == ["Task-2’s iterator", "Task-2"]


def test_a_future_is_said_to_be_waited_for_by_the_tasks_that_wait_for_it(open_player: Open) -> None:
    page = open_player(AWAITS_A_TASK, step=55)
    expect(page.locator(".tp-future .tp-card-line").first).to_have_text("Task-2 pending, Task-1 waits")


RECURSES = """
def count(n):
    yield n
    if n:
        yield from count(n - 1)

for number in count(1):
    print(number)
"""


def test_frames_of_one_name_are_told_apart_by_what_they_were_called_with(open_player: Open) -> None:
    page = open_player(RECURSES)
    for _ in step_until(page, lambda: page.locator(".tp-card").count() == 3):
        pass
    assert page.locator(".tp-card-name").all_inner_texts() == ["the module", "count(n=1)", "count(n=0)"]
    lanes = page.locator(".tp-row-name")
    assert [lane.get_attribute("title") for lane in lanes.all()] == ["the module", "count(n=1)", "count(n=0)"]


WALKS = """
class Tree:
    def walk(self, depth):
        yield depth

print(*Tree().walk(3))
"""


def test_a_method_is_told_apart_by_its_other_arguments_where_its_object_tells_nothing(open_player: Open) -> None:
    page = open_player(WALKS, step=1)
    card = page.locator(".tp-card-name").last
    expect(card).to_have_text("Tree.walk(depth=3)")
    expect(card).to_have_attribute("title", "Tree.walk(depth=3)")


def test_the_lines_that_running_frames_were_resumed_from_are_marked_too(open_player: Open) -> None:
    page = open_player(DELEGATES)
    for _ in step_until(page, lambda: page.locator(".tp-sentence").inner_text().startswith("outer() still delegates")):
        pass
    expect(page.locator(".tp-line-running")).to_have_count(1)
    lines = page.locator(".tp-line-outer .tp-text").all_inner_texts()
    assert [line.strip() for line in lines] == ["result = yield from inner()", 'g.send("b")']


def test_a_timer_that_should_have_run_is_overdue(open_player: Open) -> None:
    page = open_player(STARVES)
    for _ in step_until(page, lambda: page.locator(".tp-sentence").inner_text().startswith("time.sleep() returns")):
        expect(page.locator(".tp-overdue")).to_have_count(0)
    expect(page.locator(".tp-chip-timer")).to_have_text("1overdueFuture-1 ← None")


def test_a_link_that_the_step_does_not_go_over_is_called_the_last_one(open_player: Open) -> None:
    page = open_player(AWAITS_A_TASK, step=33)
    expect(page.locator(".tp-focus")).to_have_text("last link: tea() awaits sleep()")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tp-focus")).to_have_text("tea() awaits sleep()")


@pytest.mark.parametrize(("asked", "step"), [("99999", None), ("abc", 0), ("-3", 0)])
def test_an_address_that_asks_for_no_step_there_is_names_the_one_shown(
    open_player: Open, asked: str, step: int | None
) -> None:
    page = open_player(DELEGATES, step=asked)
    shown_step = counter(page)[1] if step is None else step
    page.wait_for_function("hash => location.hash === hash", arg=f"#step={shown_step}")


def test_going_back_to_the_address_without_a_step_shows_the_beginning(open_player: Open) -> None:
    page = open_player(DELEGATES)
    page.evaluate("location.hash = 'step=3'")
    expect(page.locator(".tp-counter")).to_have_text(re.compile("^step 3 of"))
    page.go_back()
    expect(page.locator(".tp-counter")).to_have_text(re.compile("^step 0 of"))


def test_the_keyboard_alone_is_enough(open_player: Open) -> None:
    page = open_player(SEVENTH)
    total = counter(page)[1]
    for key, step in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", total), ("Home", 0)]:
        page.keyboard.press(key)
        assert counter(page)[0] == step
    page.keyboard.press("PageDown")
    expect(page.locator(".tp-sentence")).to_contain_text("begins an iteration")
    page.keyboard.press("PageUp")
    assert counter(page)[0] == 0
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("<")
    expect(page.locator(".tp-speed")).to_have_text(re.compile(r"^0\.5"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_that_are_typed_elsewhere_are_left_alone(open_player: Open) -> None:
    page = open_player(DELEGATES, step=2)
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("body > textarea").last.focus()
    for key in ("ArrowRight", "End", "Space", "?"):
        page.keyboard.press(key)
    assert counter(page)[0] == 2
    page.locator("body > textarea").last.evaluate("element => element.remove()")
    page.keyboard.press("Control+ArrowRight")
    assert counter(page)[0] == 2


def test_scrubber_and_timeline_seek(open_player: Open) -> None:
    page = open_player(DELEGATES)
    page.locator(".tp-scrubber").fill("6")
    assert counter(page)[0] == 6
    box = page.locator(".tp-lanes").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 10)
    now, total = counter(page)
    assert now == total


def test_the_step_is_told_to_the_page(open_player: Open) -> None:
    page = open_player(DELEGATES)
    page.evaluate("addEventListener('stepchange', event => { window.told = event.detail; })")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.told") == {"step": 1, "total": counter(page)[1]}


def test_whatever_a_snippet_names_prints_or_yields_is_text(open_player: Open) -> None:
    evil = "<img src=x onerror=\"document.title='markup'\">"
    page = open_player(
        f"def g():\n    yield {evil!r}\ng.__code__ = g.__code__.replace(co_name={evil!r}, co_qualname={evil!r})\n"
        f"print({evil!r})\nfor value in g():\n    raise ValueError(value)\n"
    )
    for _ in range(counter(page)[1]):
        page.keyboard.press("ArrowRight")
    assert page.locator("trace-player img").count() == 0
    assert page.title() != "markup"
    expect(page.locator(".tp-output")).to_contain_text(evil)


def test_a_trace_cut_by_a_limit_plays_to_its_last_step_and_says_why_it_ends(open_player: Open) -> None:
    page = open_player(ENDLESS)
    page.keyboard.press("End")
    now, total = counter(page)
    assert now == total >= 100_000
    expect(page.locator(".tp-outcome")).to_contain_text("reached the limit of 100000 steps")
    # A jump anywhere costs a replay of a few hundred steps, not of a hundred thousand.
    spent = page.evaluate(
        """() => {
          const scrubber = document.querySelector(".tp-scrubber");
          const started = performance.now();
          for (const step of [7, 99000, 50123, 12, 77777]) {
            scrubber.value = step;
            scrubber.dispatchEvent(new Event("input"));
            scrubber.getBoundingClientRect();
          }
          return (performance.now() - started) / 5;
        }"""
    )
    assert spent < 250


def test_a_recording_that_its_snippet_spoilt_has_no_step_and_says_why(open_player: Open) -> None:
    page = open_player(SPOILING)
    expect(page.locator(".tp-sentence")).to_have_text("There is no step to show.")
    expect(page.locator(".tp-outcome")).to_contain_text("the snippet wrote into its own recording")


def test_a_server_that_does_not_answer_leaves_the_transcript_and_a_way_to_try_again(
    context: BrowserContext, record: Record
) -> None:
    trace = record(DELEGATES)
    # A tab of its own: the browser notes a failed request on the console by itself.
    page = context.new_page()
    page.route("**/api/traces/*", lambda route: route.fulfill(status=503), times=1)
    page.goto(f"/t/{trace}")
    expect(page.locator(".tp-notice")).to_contain_text("The recording could not be loaded")
    expect(page.locator(".transcript li").first).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    page.locator(".tp-player").wait_for()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 99}, "has version 99 of the format; this player reads version 1"),
        ({"kinds": ["warp"]}, "steps of the kind “warp”, which this player does not know"),
        ({"format": "something"}, "is no recording of Yieldscope"),
        ({"steps": {}}, "the columns of its steps are not of one length"),
    ],
)
def test_a_document_that_cannot_be_played_says_why(
    page: Page, record: Record, document_of: Callable[[str], dict[str, object]], changes: dict[str, object], says: str
) -> None:
    document = document_of(DELEGATES) | changes
    trace = record(DELEGATES)
    page.route(
        "**/api/traces/*", lambda route: route.fulfill(body=json.dumps(document), content_type="application/json")
    )
    page.goto(f"/t/{trace}")
    expect(page.locator(".tp-notice")).to_contain_text(says)
    expect(page.locator(".transcript li").first).to_be_visible()


def test_a_player_that_is_taken_out_cleans_up_and_can_be_put_back(open_player: Open) -> None:
    page = open_player(DELEGATES)
    page.evaluate("() => { window.player = document.querySelector('trace-player'); window.player.remove(); }")
    assert page.evaluate("window.player.querySelector('.transcript') !== null")
    page.keyboard.press("ArrowRight")
    page.evaluate("document.body.append(window.player)")
    page.locator(".tp-player").wait_for()
    assert counter(page)[0] == 0
