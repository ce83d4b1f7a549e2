"""The pages in a real Chromium: the editor, what it says, and what is copied."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

PROGRAM: Final = "def greet():\n    print('hello')\n\ngreet()\n"
# The mistake is on the third line.
MISTAKE: Final = "import asyncio\n\nasync def main(:\n    pass\n"


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A fresh tab; the test fails where anything was complained of but requests that went wrong."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(("Failed to load resource", "htmx:")):
            complaints.append(message.text)

    tab = context.new_page()
    tab.on("console", note)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    assert not complaints


def editor(tab: Page) -> Locator:
    return tab.locator(".cm-content")


def type_program(tab: Page, text: str) -> None:
    """Puts a text in place of all that is in the editor, as one paste would."""
    editor(tab).click()
    tab.keyboard.press("ControlOrMeta+a")
    tab.keyboard.press("Delete")
    tab.keyboard.insert_text(text)


def typed(tab: Page) -> str:
    return tab.locator("textarea[name=source]").input_value()


def test_running_leads_to_the_player(page: Page) -> None:
    page.goto("/")
    type_program(page, PROGRAM)
    page.get_by_role("button", name="Run").click()
    page.wait_for_url(re.compile(r"/t/\w{20}"))
    expect(page.locator("trace-player")).to_be_visible()
    expect(page).to_have_title("greet() · Yieldscope")


def test_a_snippet_runs_from_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    type_program(page, PROGRAM)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_url(re.compile(r"/t/\w{20}"))


def test_a_syntax_error_is_shown_at_its_line_and_nothing_typed_is_lost(tab: Page) -> None:
    tab.goto("/")
    type_program(tab, MISTAKE)
    tab.get_by_role("button", name="Run").click()
    expect(tab.get_by_role("alert")).to_have_text("Python cannot read this, at line 3, column 16: invalid syntax")
    expect(tab.locator(".cm-error-line")).to_have_text("async def main(:")
    expect(tab.locator(".cm-error-line + .cm-error-message")).to_contain_text("invalid syntax")
    # Once to the eye, and once to who is told: the sentence at the line is hidden from a screen reader.
    expect(tab.locator("#problem .problem")).to_have_css("clip-path", "inset(50%)")
    expect(tab.locator(".cm-error-message")).to_have_attribute("aria-hidden", "true")
    assert typed(tab) == MISTAKE
    expect(editor(tab)).to_be_focused()
    tab.keyboard.type(")")
    expect(tab.locator(".cm-error-line")).to_have_count(0)


def test_the_editor_shows_that_the_snippet_runs(tab: Page) -> None:
    tab.goto("/")
    type_program(tab, "import select\nselect.select([], [], [], 1)\n")
    run = tab.get_by_role("button", name="Run")
    run.click()
    expect(tab.get_by_text("Running …")).to_be_visible()
    expect(run).to_be_disabled()
    tab.wait_for_url(re.compile(r"/t/\w{20}"))


def test_a_server_that_does_not_answer_costs_nothing_that_was_typed(tab: Page) -> None:
    tab.goto("/")
    type_program(tab, PROGRAM)
    tab.context.set_offline(True)
    run = tab.get_by_role("button", name="Run")
    run.click()
    expect(tab.get_by_role("alert")).to_contain_text("The server did not answer.")
    expect(run).to_be_enabled()
    assert typed(tab) == PROGRAM


def test_tab_indents_and_escape_lets_it_leave(page: Page) -> None:
    page.goto("/")
    type_program(page, "x = 1")
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert typed(page) == "    x = 1"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run")).to_be_focused()


def test_typing_over_a_coloured_selection_keeps_to_the_policy(page: Page) -> None:
    page.goto("/")
    editor(page).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("y")
    assert typed(page) == "y"


def test_what_was_typed_is_there_on_the_way_back(page: Page) -> None:
    page.goto("/")
    type_program(page, PROGRAM)
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_url(re.compile(r"/t/\w{20}"))
    page.go_back()
    expect(editor(page)).to_contain_text("greet")
    assert typed(page) == PROGRAM


def test_edit_and_run_opens_the_editor_with_the_snippet(page: Page) -> None:
    page.goto("/g/await-a-task")
    page.get_by_role("link", name="Edit & run").click()
    expect(editor(page)).to_contain_text("asyncio.Task(tea())")


def test_the_link_to_a_step_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/g/await-a-task")
    address = page.url
    page.get_by_role("button", name="Share step 0").wait_for()
    page.goto(f"{address}#step=7")
    page.get_by_role("button", name="Share step 7").click()
    expect(page.locator("#notice")).to_have_text("The link to step 7 is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}#step=7"


def test_the_embed_dialog_takes_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/g/await-a-task#step=3")
    page.get_by_role("button", name="Share step").wait_for()
    embed = page.get_by_role("button", name="Embed")
    embed.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(embed).to_be_focused()


def test_the_embed_dialog_lies_over_nothing_that_the_page_says(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/g/await-a-task")
    page.get_by_role("button", name="Share step 0").click()
    expect(page.locator("#notice")).to_have_text("The link to step 0 is copied.")
    page.get_by_role("button", name="Embed").click()
    expect(page.locator("#notice")).to_be_empty()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("The link is copied.")
    expect(page.locator("#notice")).to_be_empty()


def test_the_markup_to_embed_a_step_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/g/await-a-task")
    embed = page.url.replace("/t/", "/embed/")
    page.goto(f"{page.url}#step=7")
    page.get_by_role("button", name="Share step 7").wait_for()
    page.get_by_role("button", name="Embed").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Copy the markup").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("The markup is copied.")
    assert f'<iframe src="{embed}#step=7"' in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_page_without_script_has_the_editor_and_code_steps_and_output(browser: Browser, base_url: str) -> None:
    plain = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = plain.new_page()
    page.goto("/")
    page.get_by_label("A Python program").fill("print('hello')")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".listing li")).to_have_text(["print('hello')"])
    expect(page.locator(".transcript li")).to_have_text(["The module prints hello"])
    expect(page.locator(".printed")).to_have_text("hello\n")
    page.get_by_role("button", name="Embed").click()
    expect(page.get_by_label("Link")).to_be_visible()
    plain.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_axe_finds_nothing(page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(path)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [390, 768, 1920])
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_is_never_wider_than_its_window(page: Page, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_page_of_a_trace_ends_where_its_player_ends(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/g/await-a-task")
    expect(page.get_by_role("slider")).to_be_visible()
    bottom = "document.querySelector('trace-player').getBoundingClientRect().bottom"
    assert page.evaluate(f"document.documentElement.scrollHeight - {bottom}") < 1
