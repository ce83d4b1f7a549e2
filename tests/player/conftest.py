"""Traces of real snippets, recorded by the real server, and the player's modules by themselves."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, Route

ROOT: Final = Path(__file__).parents[2]
GALLERY: Final = sorted((ROOT / "app" / "gallery").glob("[0-9]*.py"))
GOLDEN: Final = sorted((ROOT / "tests" / "capture" / "golden").glob("[a-z]*.py"))
"""Snippets that between them take steps of every kind."""
_MODULES_AT: Final = "http://player.test"
_PATIENCE: Final = 30
"""Real seconds for an answer of the server, whose machine has other tests to run."""

type Record = Callable[[str], str]
type Open = Callable[..., Page]


def step_until(page: Page, holds: Callable[[], bool], key: str = "ArrowRight") -> Iterator[None]:
    """Press a key until something holds; what is looked at between the steps stands in the loop.

    Fails where the steps end before.
    """
    for _ in range(counter(page)[1] + 1):
        if holds():
            return
        yield
        page.keyboard.press(key)
    pytest.fail("the steps end before it holds")


def counter(page: Page) -> tuple[int, int]:
    """The step shown and the number of steps."""
    said = re.fullmatch(r"step (\d+) of (\d+)", page.locator(".tp-counter").inner_text())
    assert said
    return int(said[1]), int(said[2])


def shown(page: Page) -> tuple[str, ...]:
    """All that the stage and the caption say."""
    return tuple(page.locator(part).inner_text() for part in (".tp-stage", ".tp-caption"))


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of axe that the page breaks, each with the elements that break it."""
    # Axe does not judge the contrast of what it finds under something else, as the token's layer is.
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(".tp-token-layer { display: none }");
          document.adoptedStyleSheets = [sheet];
        }"""
    )
    found = Axe().run(page).response["violations"]
    page.evaluate("document.adoptedStyleSheets = []")
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.fixture(scope="session")
def record(base_url: str) -> Record:
    """Has the server run a snippet; gives the id of its trace, which tests share, as it never changes."""

    @cache
    def record_snippet(source: str) -> str:
        answer = httpx2.post(f"{base_url}/api/traces", json={"source": source}, timeout=_PATIENCE)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    return record_snippet


@pytest.fixture
def open_player(page: Page, record: Record) -> Open:
    """Opens the page of a snippet's trace, where asked for at a step, with the player running."""

    def open_snippet(source: str, *, step: int | str | None = None, at: str = "/t/") -> Page:
        fragment = "" if step is None else f"#step={step}"
        page.goto(f"{at}{record(source)}{fragment}")
        page.locator(".tp-player").wait_for()
        return page

    return open_snippet


@pytest.fixture
def modules(page: Page) -> Page:
    """A page that can import the player's modules as they are in the source, without a bundle."""

    def serve(route: Route) -> None:
        file = ROOT / route.request.url.removeprefix(_MODULES_AT).lstrip("/")
        if file.suffix == ".json":
            body = f"export default {file.read_text('utf-8')}"
        else:
            body = file.read_text("utf-8") if file.is_file() else "<!doctype html><title>modules</title>"
        kind = "text/javascript" if file.is_file() else "text/html"
        route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

    page.route(f"{_MODULES_AT}/**", serve)
    page.goto(f"{_MODULES_AT}/")
    return page


@pytest.fixture(scope="session")
def document_of(base_url: str, record: Record) -> Callable[[str], dict[str, object]]:
    """The trace document of a snippet, as the server sends it."""

    def fetch(source: str) -> dict[str, object]:
        answer = httpx2.get(f"{base_url}/api/traces/{record(source)}", timeout=_PATIENCE)
        document: dict[str, object] = answer.raise_for_status().json()
        return document

    return fetch
