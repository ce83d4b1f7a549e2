"""The observer changes nothing: CPython's own tests find the same under the recorder as without it."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import pytest

from app.trace.document import Outcome, TraceError
from tests.cpython.disagreements import REASONS
from tests.cpython.modules import MODULES, NotInstalled, snippet
from tests.cpython.verdicts import NOT_RUN, Judged, Side, Verdict, judge

AT_LEAST: Final = 0.97
"""The share of the tests that pass plainly which have to pass under the recorder, too."""

WAITED_FOR: Final = frozenset({"test_asyncio.test_runners"})
"""The modules of which some tests never end on virtual time."""

by_module = pytest.mark.parametrize(
    "module", [pytest.param(name, marks=pytest.mark.long if name in WAITED_FOR else ()) for name in MODULES]
)


@cache
def judged(module: str, side: Side) -> Judged:
    try:
        return judge(snippet(module), side)
    except NotInstalled as missing:
        pytest.fail(str(missing), pytrace=False)


def found_twice(module: str) -> Mapping[str, tuple[Verdict, Verdict]]:
    """What each test of a module, by its full name, found plainly and under the recorder."""
    plainly, recorded = judged(module, "plainly").verdicts, judged(module, "recorded").verdicts
    absent = Verdict(NOT_RUN, "")
    return {
        f"{module}.{name}": (plainly.get(name, absent), recorded.get(name, absent)) for name in {**plainly, **recorded}
    }


@by_module
def test_each_of_cpythons_tests_finds_the_same_under_the_recorder(module: str) -> None:
    found = found_twice(module)
    assert any(plainly.word == "pass" for plainly, _ in found.values())
    differing = {name for name, (plainly, recorded) in found.items() if plainly.word != recorded.word}
    listed = {name for name in REASONS if name.startswith(f"{module}.")}
    complaints = [f"{name} is listed, and agrees after all: remove it" for name in sorted(listed - differing)]
    for name in sorted(differing - listed):
        plainly, recorded = found[name]
        complaints.append(f"{name}\nplainly: {' '.join(plainly)}\nrecorded: {' '.join(recorded)}")
    assert not complaints, "\n\n".join(complaints)


@by_module
def test_cpythons_tests_leave_valid_traces_and_the_recorder_sees_them_to_their_end(module: str) -> None:
    *cut, last = judged(module, "recorded").traces
    assert last == Outcome("finished")
    assert not [end for end in cut if isinstance(end, TraceError) or end.kind == "recorder failure"]


@pytest.mark.long
def test_nearly_all_of_cpythons_tests_that_pass_plainly_pass_under_the_recorder() -> None:
    found = [verdicts for module in MODULES for verdicts in found_twice(module).values()]
    passing = [recorded.word for plainly, recorded in found if plainly.word == "pass"]
    assert passing.count("pass") >= AT_LEAST * len(passing)
