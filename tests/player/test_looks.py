"""What it looks like: themes, widths, motion, and what a screen reader gets."""

from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import GALLERY, Open, Record, step_until, violations

TASKS = GALLERY[4].read_text("utf-8")
GENERATORS = GALLERY[2].read_text("utf-8")
MANY_STEPS = "def count():\n    yield from range(60)\n\nfor number in count():\n    pass\n"
SEVENTEEN_LINES = """\
import asyncio

async def tea():
    await asyncio.sleep(2)
    return "tea"

async def toast():
    await asyncio.sleep(1)
    return "toast"

async def main():
    t = asyncio.Task(tea())
    a = await toast()
    b = await t
    print(a, b)

asyncio.run(main())
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (820, 1100), (390, 844)])
@pytest.mark.parametrize("source", [TASKS, GENERATORS], ids=["tasks", "generators"])
def test_axe_finds_nothing(page: Page, open_player: Open, source: str, width: int, height: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    open_player(source)
    for key in ("ArrowRight", "PageDown", "End"):
        page.keyboard.press(key)
        assert violations(page) == []


@pytest.mark.parametrize("width", [390, 600, 760, 1024, 1440, 1920])
def test_nothing_scrolls_the_page_sideways(page: Page, open_player: Open, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_player(TASKS, step=30)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_caption_and_controls_are_always_in_sight(page: Page, open_player: Open, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_player(TASKS, step=30)
    for part in (".tp-caption", ".tp-controls"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


LONG_NAME = "a_name_that_goes_on_and_on_" * 7
LONG_NAMES = f"""
import asyncio

async def {LONG_NAME}(argument):
    await asyncio.sleep(1)

async def main():
    await asyncio.create_task({LONG_NAME}("y" * 90))

asyncio.run(main())
"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_a_long_name_makes_nothing_wider_and_leaves_the_stage_its_room(
    page: Page, open_player: Open, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    open_player(LONG_NAMES)
    for _ in range(30):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".tp-telling").evaluate("element => element.scrollWidth <= element.clientWidth")
        caption = page.locator(".tp-caption").bounding_box()
        assert caption
        assert caption["height"] <= 96


@pytest.mark.parametrize("step", [42, 86])
def test_the_sign_of_a_step_of_the_loop_stands_beside_what_it_is_about(
    page: Page, open_player: Open, step: int
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_player(TASKS, step=step)
    sign, panel = (page.locator(part).bounding_box() for part in (".tp-token", ".tp-panel-loop .tp-queues"))
    assert sign
    assert panel
    assert panel["x"] < sign["x"]
    assert sign["x"] + sign["width"] < panel["x"] + panel["width"]


def test_an_embed_of_the_suggested_size_shows_a_chain_of_four_and_the_expansion(page: Page, record: Record) -> None:
    page.set_viewport_size({"width": 960, "height": 600})
    page.goto(f"/embed/{record(TASKS)}#step=20")
    column = page.locator(".tp-column").first
    expect(column.locator(".tp-card")).to_have_count(4)
    panel = page.locator(".tp-panel-chains .tp-scroll").bounding_box()
    for card in column.locator(".tp-card").all():
        box = card.bounding_box()
        assert panel
        assert box
        assert panel["y"] <= box["y"]
        assert box["y"] + box["height"] <= panel["y"] + panel["height"]
    expect(page.locator(".tp-listing .tp-lit")).to_be_in_viewport(ratio=1)


MANY_TIMERS = """
import asyncio

async def main():
    await asyncio.gather(*(asyncio.sleep(n) for n in range(1, 9)))

asyncio.run(main())
"""


def _are_there(elements: Locator, count: int) -> bool:
    return elements.count() >= count


def test_a_timer_that_is_set_is_in_sight_also_where_the_panel_is_too_low_for_all(page: Page, open_player: Open) -> None:
    page.set_viewport_size({"width": 900, "height": 800})
    open_player(MANY_TIMERS)
    timers, panel = page.locator(".tp-chip-timer"), page.locator(".tp-queues")
    for count in range(1, 6):
        for _ in step_until(page, partial(_are_there, timers, count)):
            pass
        chip, around = timers.last.bounding_box(), panel.bounding_box()
        assert chip
        assert around
        assert around["y"] <= chip["y"]
        assert chip["y"] + chip["height"] <= around["y"] + around["height"]
    assert panel.evaluate("element => element.scrollHeight > element.clientHeight")


def test_a_short_output_leaves_its_room_to_the_code_from_the_first_step_to_the_last(
    page: Page, open_player: Open
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_player(SEVENTEEN_LINES)
    edges = set()
    for key in ("Home", "PageDown", "End"):
        page.keyboard.press(key)
        expect(page.locator(".tp-line").last).to_be_in_viewport(ratio=1)
        box = page.locator(".tp-panel-output").bounding_box()
        assert box
        edges.add((box["y"], box["height"]))
        assert page.locator(".tp-output").evaluate("element => element.scrollHeight <= element.clientHeight")
    assert len(edges) == 1


def test_a_long_output_leaves_the_code_the_most_room(page: Page, open_player: Open) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_player("for n in range(500):\n    print(n)\n")
    page.keyboard.press("End")
    boxes = [page.locator(part).bounding_box() for part in (".tp-panel-code", ".tp-panel-output")]
    code, output = (box["height"] if box else 0 for box in boxes)
    assert code > 3 * output > 0


def test_the_overview_is_painted_in_the_colours_of_the_theme_that_the_page_switches_to(
    page: Page, open_player: Open
) -> None:
    page.emulate_media(color_scheme="light")
    open_player(MANY_STEPS)
    painted = "document.querySelector('.tp-overview-canvas').toDataURL()"
    before = page.evaluate(painted)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"before => {painted} !== before", arg=before)


def test_one_step_moves_the_token_and_nothing_else(page: Page, open_player: Open) -> None:
    open_player(TASKS, step=14)
    page.keyboard.press("ArrowRight")
    moving = page.evaluate("document.getAnimations().map(({ effect }) => effect.target.className)")
    assert moving == ["tp-token"]


def test_a_jump_moves_nothing(page: Page, open_player: Open) -> None:
    open_player(TASKS, step=14)
    for key in ("ArrowLeft", "End", "Home"):
        page.keyboard.press(key)
        assert page.evaluate("document.getAnimations().length") == 0


def test_with_reduced_motion_nothing_moves_at_all(page: Page, open_player: Open) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_player(TASKS)
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.getAnimations().length") == 0


def test_the_caption_is_read_out_when_stepping_and_quiet_when_playing(open_player: Open) -> None:
    page = open_player(TASKS)
    caption = page.locator(".tp-sentence")
    page.keyboard.press("ArrowRight")
    expect(caption).to_have_attribute("aria-live", "polite")
    page.keyboard.press("Space")
    expect(caption).to_have_attribute("aria-live", "off")
    page.keyboard.press("Space")
    expect(caption).to_have_attribute("aria-live", "polite")


def test_without_a_script_the_page_shows_the_transcript(page: Page, record: Record) -> None:
    trace = record(GENERATORS)
    page.route("**/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(f"/t/{trace}")
    expect(page.locator(".transcript li").first).to_contain_text("creates the generator")
