"""Each kind of step is told apart by its colour and by its sign, in both themes."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page

from app.trace.vocabulary import KINDS

from .conftest import ROOT

TOKENS = (ROOT / "static" / "tokens.css").read_text("utf-8")
THEMES = {"light": 0, "dark": 1}
ENOUGH = 4.5
"""The contrast that WCAG 2.2 asks of text at level AA."""


def colour(name: str, theme: str) -> str:
    """What a token is in a theme, as `#rrggbb`."""
    pair = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", TOKENS)
    assert pair, name
    return pair.groups()[THEMES[theme]]


def luminance(code: str) -> float:
    channels = [int(code[at:end], 16) / 255 for at, end in pairwise((1, 3, 5, 7))]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_every_kind_has_a_colour_of_its_own_that_can_be_read(theme: str) -> None:
    colours = {kind: colour(f"kind-{kind}", theme) for kind in KINDS}
    assert len(set(colours.values())) == len(KINDS)
    grounds = [colour(name, theme) for name in ("surface", "paper", "on-kind")]
    faint = {kind: ground for kind in KINDS for ground in grounds if contrast(colours[kind], ground) < ENOUGH}
    assert faint == {}


def test_every_kind_has_a_sign_of_its_own(modules: Page) -> None:
    signs = modules.evaluate(
        """async (kinds) => {
          const { glyph } = await import("/static/player/kinds.js");
          return kinds.map((kind) => glyph(kind).querySelector("path").getAttribute("d"));
        }""",
        list(KINDS),
    )
    assert all(signs)
    assert len(set(signs)) == len(KINDS)


def test_the_style_sheet_knows_every_kind() -> None:
    styled = re.findall(
        r"\.tp-kind-(\w+) \{\s+--kind: var\(--kind-(\w+)\)", (ROOT / "static/player/kinds.css").read_text()
    )
    assert styled == [(kind, kind) for kind in KINDS]
