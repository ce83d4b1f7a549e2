"""The player alone, in the frame of a page that is not ours."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import GALLERY, Record

SOURCE = GALLERY[4].read_text("utf-8")


class _Quiet(SimpleHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[str]:
    """The address of a page on another server, as a slide deck is."""
    (tmp_path / "index.html").write_text("<!doctype html><title>deck</title><link rel=icon href=data:,>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()


@pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-same-origin"])
def test_an_embed_steps_by_the_hash_of_its_frames_address(
    page: Page, record: Record, base_url: str, deck: str, sandbox: str
) -> None:
    address = f"{base_url}/embed/{record(SOURCE)}"
    page.goto(deck)
    page.evaluate(
        """([address, sandbox]) => {
          const frame = Object.assign(document.createElement("iframe"), { src: address, width: 960, height: 540 });
          frame.setAttribute("sandbox", sandbox);
          document.body.append(frame);
        }""",
        [f"{address}#step=3", sandbox],
    )
    frame = page.frame_locator("iframe")
    expect(frame.locator(".tp-counter")).to_have_text(re.compile("^step 3 of"))
    frame.locator(".tp-player").evaluate("player => { player.dataset.mark = 'same document'; }")
    page.evaluate("address => { document.querySelector('iframe').src = address; }", f"{address}#step=20")
    expect(frame.locator(".tp-counter")).to_have_text(re.compile("^step 20 of"))
    expect(frame.locator("[data-mark]")).to_be_visible()
    frame.get_by_role("button", name="One step on").click()
    expect(frame.locator(".tp-counter")).to_have_text(re.compile("^step 21 of"))


def test_an_embed_pauses_when_its_slide_is_left(page: Page, record: Record, base_url: str) -> None:
    page.goto(f"{base_url}/embed/{record(SOURCE)}")
    page.locator(".tp-player").wait_for()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.evaluate("window.postMessage('slide:stop', '*')")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_an_embed_fills_its_frame_and_does_not_scroll(page: Page, record: Record, base_url: str) -> None:
    trace = record(SOURCE)
    for width, height in [(640, 400), (800, 600), (960, 540), (1280, 720)]:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{base_url}/embed/{trace}#step=30")
        page.locator(".tp-player").wait_for()
        box = page.locator("trace-player").bounding_box()
        assert box == {"x": 0, "y": 0, "width": width, "height": height}
        assert page.evaluate("document.documentElement.scrollHeight") == height
