"""The embed on a slide of a real reveal.js deck, which comes from a server of its own."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

ROOT = Path(__file__).parents[2]


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "reveal").symlink_to(ROOT / "node_modules" / "reveal.js" / "dist")
    return tmp_path


@pytest.fixture
def deck(folder: Path) -> Iterator[str]:
    """The address of the server of the deck, another origin than the site's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()


@pytest.fixture
def slide(page: Page, folder: Path, deck: str) -> FrameLocator:
    """The embed on the second slide, where a speaker has just arrived.

    The slide has the markup that the page of the trace offers to copy.
    """
    page.goto("/g/await-a-task#step=5")
    page.locator(".tp-player").wait_for()
    page.get_by_role("button", name="Embed").click()
    markup = page.get_by_label("Markup").input_value()
    address = page.get_by_label("Link").input_value().partition("#")[0]
    page.set_viewport_size({"width": 1280, "height": 720})
    html = (Path(__file__).parent / "deck.html").read_text("utf-8")
    (folder / "index.html").write_text(html.replace("MARKUP", markup).replace("ADDRESS", address))
    page.goto(deck)
    page.keyboard.press("ArrowRight")
    return page.frame_locator("iframe")


def _is_at(slide: FrameLocator, step: int) -> None:
    expect(slide.locator(".tp-counter")).to_have_text(re.compile(rf"^step {step} of \d+$"))


def test_the_embed_shows_on_a_slide_at_the_step_that_was_copied(slide: FrameLocator) -> None:
    expect(slide.locator("trace-player")).to_be_in_viewport()
    expect(slide.get_by_role("button", name="Play")).to_be_visible()
    _is_at(slide, 5)


def test_the_embed_steps_with_the_fragments_of_its_slide(slide: FrameLocator, page: Page) -> None:
    _is_at(slide, 5)
    slide.locator(".tp-player").evaluate("player => { player.dataset.mark = 'same document'; }")
    page.keyboard.press("ArrowRight")
    _is_at(slide, 7)
    page.keyboard.press("ArrowRight")
    _is_at(slide, 12)
    expect(slide.locator("[data-mark]")).to_be_visible()


def test_the_embed_steps_by_its_own_controls(slide: FrameLocator) -> None:
    _is_at(slide, 5)
    slide.get_by_role("button", name="One step on").click()
    _is_at(slide, 6)


def test_the_embed_pauses_when_its_slide_is_left(slide: FrameLocator, page: Page) -> None:
    _is_at(slide, 5)
    slide.get_by_role("button", name="Play").click()
    expect(slide.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("Reveal.slide(2)")
    page.evaluate("Reveal.slide(1)")
    expect(slide.get_by_role("button", name="Play")).to_be_visible()
