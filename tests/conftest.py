"""The real server and the real browser that the tests run against.

Nothing here is a stand-in: `base_url` is the address of `python -m app serve` in a process of its
own, and `page` is a tab of the Chromium found on this machine.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

from tests.serving import served

ROOT: Final = Path(__file__).parents[1]
REQUIRE_BROWSER: Final = "YIELDSCOPE_REQUIRE_BROWSER"

# How long an example takes says only what else the machine has to do.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")

_BROWSER_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_UNWANTED_FEATURES: Final = (
    # Of two lists Chromium heeds the last alone, so this one begins with Playwright's own, for the systems we run on.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    # For the address bar, which nobody sees here, every window loads two pages: a third of the browser's work.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
_BROWSER_FLAGS: Final = (
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join(_UNWANTED_FEATURES)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
_NO_BROWSER: Final = "no Chromium was found: install `chromium`, or name one in the variable CHROMIUM"


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the real server, without a slash at its end."""
    with served(sys.executable, tmp_path_factory.mktemp("server"), cwd=ROOT) as address:
        yield address


# Playwright's synchronous interface keeps an event loop running in this thread for as long as it
# is open, so it is opened per module: the tests of other modules run coroutines of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window; skips the test where there is none, or fails it if asked to."""
    with sync_playwright() as playwright:
        path = _chromium(playwright.chromium.executable_path)
        if path is None:
            if os.environ.get(REQUIRE_BROWSER) == "1":
                pytest.fail(_NO_BROWSER)
            pytest.skip(_NO_BROWSER)
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        # Chromium's own sandbox refuses to start as root.
        flags = [*_BROWSER_FLAGS, *(["--no-sandbox"] if is_root else [])]
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    """A browser context of its own: `page.goto("/")` is the home page of the real server."""
    context = browser.new_context(base_url=base_url)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh tab; the test fails where the page put an error on the console."""
    complaints: list[str] = []

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def note_error(error: Error) -> None:
        complaints.append(f"uncaught: {error}")

    page = context.new_page()
    page.on("console", note_message)
    page.on("pageerror", note_error)
    yield page
    assert not complaints


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait, for a child, a browser or a deadline."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "browser" in report.keywords and _NO_BROWSER in str(report.longrepr)
    ]
    if skipped:
        text = f" {len(skipped)} BROWSER TESTS DID NOT RUN: {_NO_BROWSER} "
        terminalreporter.write_sep("!", text, yellow=True, bold=True)


def _chromium(playwrights_own: str) -> str | None:
    if named := os.environ.get("CHROMIUM"):
        return named
    found = next(filter(None, map(shutil.which, _BROWSER_NAMES)), None)
    return found or (playwrights_own if Path(playwrights_own).is_file() else None)
