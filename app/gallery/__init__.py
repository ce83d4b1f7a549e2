"""Snippets that teach: `.py` files in this folder, each with the question it answers.

A file is named `<number>-<slug>.py` and begins with a comment of three paragraphs: the title, the
question, and the answer. What follows the comment is the snippet, whose lines count from 1. In a
paragraph, `...` encloses code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

_FILE_NAME: Final = re.compile(r"(\d+)-([a-z0-9-]+)\.py")
_PARAGRAPHS: Final = 3


class GalleryError(ValueError):
    """A file of the gallery that is not written as the others are."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program that answers a question."""

    number: int
    slug: str
    title: str
    question: str
    answer: str
    source: str


@cache
def snippets() -> tuple[Snippet, ...]:
    """The gallery in its order; raises GalleryError for a file that cannot be read as a snippet."""
    return tuple(sorted(_found(), key=lambda snippet: snippet.number))


def by_slug(slug: str) -> Snippet | None:
    """The snippet of that name."""
    return next((snippet for snippet in snippets() if snippet.slug == slug), None)


def by_source(source: str) -> Snippet | None:
    """The snippet that reads exactly so."""
    return next((snippet for snippet in snippets() if snippet.source == source), None)


def parse(name: str, text: str) -> Snippet | None:
    """The snippet in a file; None where the file's name is not that of a snippet."""
    match = _FILE_NAME.fullmatch(name)
    if match is None:
        return None
    lines = text.splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    header = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:length])
    paragraphs = [" ".join(paragraph.split()) for paragraph in header.split("\n\n")]
    source = "\n".join(lines[length:]).strip("\n")
    if len(paragraphs) != _PARAGRAPHS or not all(paragraphs) or not source:
        raise GalleryError(f"{name} must begin with a comment of a title, a question and an answer.")
    title, question, answer = paragraphs
    return Snippet(int(match[1]), match[2], title, question, answer, f"{source}\n")


def _found() -> Iterator[Snippet]:
    for file in files(__package__).iterdir():
        if file.is_file() and (snippet := parse(file.name, file.read_text("utf-8"))):
            yield snippet
