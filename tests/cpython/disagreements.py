"""The tests that cannot give the same verdict under the recorder, each with the reason why not."""

from collections.abc import Mapping
from typing import Final

REASONS: Final[Mapping[str, str]] = {
    "test_generators.SignalAndYieldFromTest.test_raise_and_yield_from": (
        "A signal is to arrive where the interpreter looks for none until the delegating generator has run on; "
        "the recorder is told of the resumption there, in Python, where signals do arrive."
    ),
}
