"""The observer changes nothing: CPython's own tests find the same under the recorder as without it.

And the world in which both run is Python's own, but for what a sandbox lacks.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

import pytest

from app.trace.document import Outcome, TraceError
from tests.cpython.disagreements import REASONS
from tests.cpython.modules import MODULES, NotInstalled, snippet
from tests.cpython.verdicts import NOT_RUN, Judged, Side, Verdict, judge

AT_LEAST: Final = 0.97
"""The share of the tests that pass plainly which have to pass under the recorder, too."""

LACKING: Final = re.compile("needs (a network|another process), and the sandbox has none|none come to the sandbox")

by_module = pytest.mark.parametrize("module", MODULES)


@cache
def judged(module: str, side: Side) -> Judged:
    try:
        return judge(snippet(module), side)
    except NotInstalled as missing:
        pytest.fail(str(missing), pytrace=False)


def found(module: str, *sides: Side) -> Mapping[str, Sequence[Verdict]]:
    """What each test of a module, by its full name, finds on some sides."""
    verdicts = [judged(module, side).verdicts for side in sides]
    names = dict.fromkeys(name for side in verdicts for name in side)
    return {f"{module}.{name}": [side.get(name, Verdict(NOT_RUN)) for side in verdicts] for name in names}


def told(name: str, verdicts: Iterable[Verdict]) -> str:
    """A test and its verdicts, for a reader."""
    return "\n".join([name, *(f"{verdict.word}: {verdict.details}" for verdict in verdicts)])


@by_module
def test_each_of_cpythons_tests_finds_the_same_under_the_recorder(module: str) -> None:
    verdicts = found(module, "plainly", "recorded")
    assert any(plainly.word == "pass" for plainly, _ in verdicts.values())
    differing = {name for name, (plainly, recorded) in verdicts.items() if plainly.word != recorded.word}
    skipped = {name for name, (plainly, _) in verdicts.items() if plainly.word == "skip"}
    listed = {name for name in REASONS if name.startswith(f"{module}.")}
    complaints = [
        *(told(name, verdicts[name]) for name in sorted(differing - listed)),
        *(f"{name} is listed, and agrees after all: remove it" for name in sorted(listed - differing - skipped)),
    ]
    assert not complaints, "\n\n".join(complaints)


@by_module
def test_cpythons_tests_leave_valid_traces_and_the_recorder_sees_them_to_their_end(module: str) -> None:
    *cut, last = judged(module, "recorded").traces
    assert str(last) == str(Outcome("finished"))
    assert not [end for end in cut if isinstance(end, TraceError) or end.kind == "recorder failure"]


@pytest.mark.long
def test_nearly_all_of_cpythons_tests_that_pass_plainly_pass_under_the_recorder() -> None:
    verdicts = [both for module in MODULES for both in found(module, "plainly", "recorded").values()]
    passing = [recorded.word for plainly, recorded in verdicts if plainly.word == "pass"]
    assert passing.count("pass") >= AT_LEAST * len(passing)


@pytest.mark.long
@by_module
def test_what_passes_in_python_itself_passes_plainly_but_for_what_the_sandbox_says_it_lacks(module: str) -> None:
    complaints = [
        told(name, [really, plainly])
        for name, (really, plainly) in found(module, "really", "plainly").items()
        if really.word == "pass" and plainly.word not in ("pass", "skip") and not LACKING.search(plainly.details)
    ]
    assert not complaints, "\n\n".join(complaints)
