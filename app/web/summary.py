"""A trace in words: its title, and its transcript for whom the player cannot reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, batched, islice
from typing import Final

from app.gallery import by_source
from app.trace import Trace
from app.trace.narration import narrate, narrate_outcome, plain
from app.trace.vocabulary import FRAMES

# A page of more than this is a burden to load, and nobody reads it to the end.
_SENTENCES_IN_PAGE: Final = 1_000
_LINES_IN_PAGE: Final = 1_000
_LETTERS_OF_OUTPUT_IN_PAGE: Final = 20_000

_NAMES_IN_TITLE: Final = 3
_LETTERS_IN_TITLE: Final = 60
_LETTERS_IN_NAME: Final = 40

# The module is there in every trace, and an iterator is named after a class of any library.
_TELLING: Final = FRAMES - {"module", "iterator"}

# So long a piece takes hundredths of a second to tell, in which somebody else can have a turn.
_LINES_IN_BLOCK: Final = 2_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What a page says of a trace in words."""

    title: str
    heading: str
    """The title, or for a snippet of the gallery the question it answers; `...` encloses code."""

    description: str
    sentences: tuple[str, ...]
    """The transcript, or its beginning."""

    steps: int
    outcome: str
    source: str
    output: str
    """What the snippet printed, on both streams in their order, or its beginning."""

    printed: int
    """How many letters it printed in all."""

    @property
    def lines(self) -> list[str]:
        """The first lines of the source, as the steps of a trace count them."""
        return self.source.removesuffix("\n").split("\n", _LINES_IN_PAGE)[:_LINES_IN_PAGE]

    @property
    def line_count(self) -> int:
        """How many lines the source has."""
        return self.source.removesuffix("\n").count("\n") + 1

    @property
    def letters(self) -> int:
        """How long all of it is."""
        texts = (self.title, self.heading, self.description, *self.sentences, self.outcome, self.source, self.output)
        return sum(map(len, texts))


def summarize(trace: Trace) -> Summary:
    """The summary of a trace; a long one takes a while."""
    snippet = by_source(trace.source)
    title = snippet.title if snippet else _title(trace)
    outcome = narrate_outcome(trace.outcome)
    output = "".join(piece.text for piece in trace.output)
    return Summary(
        title=title.replace("`", ""),
        heading=snippet.question if snippet else title,
        description=f"Who resumes whom, and with what, step by step ({len(trace)} of them). {outcome}",
        sentences=tuple(map(plain, islice(narrate(trace), _SENTENCES_IN_PAGE))),
        steps=len(trace),
        outcome=outcome,
        source=trace.source,
        output=output[:_LETTERS_OF_OUTPUT_IN_PAGE],
        printed=len(output),
    )


def transcript(trace: Trace) -> Iterator[str]:
    """The whole transcript, line by line: a sentence per step, then how the run ended."""
    for sentence in narrate(trace):
        yield f"{plain(sentence)}\n"
    yield f"{narrate_outcome(trace.outcome)}\n"


def transcript_blocks(trace: Trace) -> Iterator[str]:
    """The whole transcript, some thousand lines at a time."""
    return map("".join, batched(transcript(trace), _LINES_IN_BLOCK))


def _title(trace: Trace) -> str:
    """Names the snippet's own functions in the order in which they appeared, as many as a title has room for."""
    frames = (actor.name for actor in trace.actors if actor.kind in _TELLING and actor.home == "snippet")
    names = [f"{_shortened(name)}()" for name in dict.fromkeys(frames)]
    if not names:
        return "A trace of a Python program"
    ends = accumulate(len(name) + len(", ") for name in names[:_NAMES_IN_TITLE])
    shown = [name for name, end in zip(names, ends, strict=False) if end <= _LETTERS_IN_TITLE]
    more = ["…"] if len(shown) < len(names) else []
    return ", ".join([f"`{name}`" for name in shown] + more)


def _shortened(name: str) -> str:
    return name if len(name) <= _LETTERS_IN_NAME else f"{name[:_LETTERS_IN_NAME]}…"
