"""The gallery is written to teach: short, in order, each with its question and its answer."""

import re
from pathlib import Path

import pytest

from app.gallery import GalleryError, Snippet, by_slug, by_source, parse, snippets

FOLDER = Path(__file__).parents[2] / "app" / "gallery"

each = pytest.mark.parametrize("snippet", snippets(), ids=lambda snippet: snippet.slug)


def test_the_snippets_are_numbered_from_one() -> None:
    assert [snippet.number for snippet in snippets()] == list(range(1, 9))


def test_every_file_in_the_folder_is_a_snippet_but_the_loader() -> None:
    files = {file.name for file in FOLDER.glob("*.py")} - {"__init__.py"}
    assert files == {f"{snippet.number}-{snippet.slug}.py" for snippet in snippets()}


@each
def test_a_snippet_is_short_enough_to_be_taken_in_at_a_glance(snippet: Snippet) -> None:
    lines = snippet.source.splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 44


@each
def test_a_snippet_asks_one_question_and_answers_in_two_sentences(snippet: Snippet) -> None:
    assert snippet.question.endswith("?")
    assert len(re.findall(r"[.](?= [A-Z`]|$)", snippet.answer)) == 2


@each
def test_the_source_is_what_follows_the_comment(snippet: Snippet) -> None:
    text = (FOLDER / f"{snippet.number}-{snippet.slug}.py").read_text("utf-8")
    header, _, rest = text.partition("\n\n")
    assert all(line.startswith("#") for line in header.splitlines())
    assert snippet.source == rest.lstrip("\n")


@each
def test_a_snippet_is_found_by_its_slug_and_by_its_source(snippet: Snippet) -> None:
    assert by_slug(snippet.slug) is snippet
    assert by_source(snippet.source) is snippet


def test_the_two_snippets_of_the_founding_question_differ_in_one_line_only() -> None:
    awaited, wrapped = by_slug("await-a-coroutine"), by_slug("await-a-task")
    assert awaited
    assert wrapped
    pairs = zip(awaited.source.splitlines(), wrapped.source.splitlines(), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == [("    t = tea()", "    t = asyncio.Task(tea())")]


@pytest.mark.parametrize(
    "text",
    ["", "x = 1\n", "# A title\n\nx = 1\n", "# A title\n#\n# A question?\n\nx = 1\n", "# T\n#\n# Q?\n#\n# A.\n"],
)
def test_a_file_without_title_question_answer_and_source_is_refused(text: str) -> None:
    with pytest.raises(GalleryError, match=r"9-x\.py must begin"):
        parse("9-x.py", text)
