"""Traces of real snippets, recorded by the real server, and the player's modules by themselves."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, Route

ROOT: Final = Path(__file__).parents[2]
GALLERY: Final = sorted((ROOT / "app" / "gallery").glob("[0-9]*.py"))
_MODULES_AT: Final = "http://player.test"

type Record = Callable[[str], str]
type Open = Callable[..., Page]


@pytest.fixture
def record(context: BrowserContext) -> Record:
    """Has the server run a snippet; gives the id of its trace."""

    def record_snippet(source: str) -> str:
        answer = context.request.post("/api/traces", data={"source": source})
        assert answer.ok, answer.text()
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


@pytest.fixture
def document_of(context: BrowserContext, record: Record) -> Callable[[str], dict[str, object]]:
    """The trace document of a snippet, as the server sends it."""

    def fetch(source: str) -> dict[str, object]:
        content: dict[str, object] = json.loads(context.request.get(f"/api/traces/{record(source)}").body())
        return content

    return fetch
