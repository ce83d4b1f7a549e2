"""The trace document: what is written is read, and nothing else is taken for a trace."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.trace import Actor, Outcome, Output, Trace, TraceError, vocabulary
from app.trace.narration import narrate, narrate_outcome

STORED = sorted((Path(__file__).parent / "stored").glob("version-*.json"))
DOCUMENT: dict[str, Any] = json.loads(STORED[-1].read_bytes())

type Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_every_version_that_was_ever_stored_keeps_loading(path: Path) -> None:
    trace = Trace.from_json(path.read_bytes())
    assert len(list(narrate(trace))) == len(trace) > 0


def test_a_document_that_is_written_again_has_the_same_bytes() -> None:
    written = STORED[-1].read_bytes()
    assert Trace.from_json(written).to_json() == written


def test_text_that_utf8_cannot_hold_survives() -> None:
    trace = Trace.from_json(json.dumps(DOCUMENT | {"source": "# \ud800\n" * 40}))
    assert Trace.from_json(trace.to_json()) == trace


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("format", lambda d: d.update(format="other")),
        ("version", lambda d: d.update(version=99)),
        ("source", lambda d: d.update(source=None)),
        ("runtime", lambda d: d.update(runtime=[])),
        ("kinds", lambda d: d["kinds"].append("leap")),
        ("vias", lambda d: d["vias"].append("telepathy")),
        ("values", lambda d: d["values"].append(1)),
        ("actors", lambda d: d["actors"][0].update(id=7)),
        ("actors", lambda d: d["actors"][0].update(kind="ghost")),
        ("actors", lambda d: d["actors"][0].update(name=[])),
        ("actors", lambda d: d["actors"][0].pop("name")),
        ("actors", lambda d: d["actors"][1].update(of=1, role="iterator")),
        ("actors", lambda d: (d["actors"][1].update(of=0, role="iterator"), d["actors"][2].update(of=1))),
        ("actors", lambda d: d["actors"][1].update(of=0)),
        ("actors", lambda d: d["actors"][1].update(role="wakeup")),
        ("actors", lambda d: d["actors"][1].update(of=0, role="task")),
        ("columns", lambda d: d["steps"].pop("kind")),
        ("columns", lambda d: d["steps"].update({"from": 3})),
        ("columns", lambda d: d["steps"]["to"].pop()),
        ("columns", lambda d: d["steps"]["kind"].__setitem__(0, None)),
        ("columns", lambda d: d["steps"]["kind"].__setitem__(0, 1000)),
        ("columns", lambda d: d["steps"]["from"].__setitem__(0, -1)),
        ("columns", lambda d: d["steps"]["to"].__setitem__(0, True)),
        ("columns", lambda d: d["steps"]["line"].__setitem__(0, 10**9)),
        ("columns", lambda d: d["steps"]["value"].__setitem__(0, 10**9)),
        ("cause", lambda d: d["steps"].update(cause=[0] * len(d["steps"]["kind"]))),
        ("cause", lambda d: d["steps"].update(cause=[None, True, *[None] * (len(d["steps"]["kind"]) - 2)])),
        ("columns", lambda d: d["steps"].update(cause=[None])),
        ("time", lambda d: d["steps"]["time"].__setitem__(0, 5)),
        ("time", lambda d: d["steps"]["time"].__setitem__(-1, float("inf"))),
        ("time", lambda d: d["steps"]["time"].__setitem__(-1, float("nan"))),
        ("time", lambda d: d["steps"]["time"].__setitem__(-1, "soon")),
        ("output", lambda d: d["output"].append({"step": 10**6, "stream": "stdout", "text": ""})),
        ("output", lambda d: d["output"].append({"step": 0, "stream": "stdlog", "text": ""})),
        ("outcome", lambda d: d.update(outcome="finished")),
        ("outcome", lambda d: d.update(outcome={"kind": "triumph"})),
        ("waiting", lambda d: d["outcome"].update(waiting=[1])),
    ],
)
def test_a_document_that_breaks_a_rule_is_refused_by_its_name(rule: str, change: Change) -> None:
    document = deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(TraceError) as refusal:
        Trace.from_json(json.dumps(document))
    assert refusal.value.rule == rule


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 200_000, b'{"format": 1}'])
def test_what_is_no_json_object_is_no_trace(text: bytes) -> None:
    with pytest.raises(TraceError):
        Trace.from_json(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(key=st.sampled_from(sorted(DOCUMENT)), value=_JSON)
def test_whatever_stands_in_a_key_is_read_or_refused(key: str, value: object) -> None:
    try:
        trace = Trace.from_json(json.dumps(DOCUMENT | {key: value}))
    except TraceError:
        return
    assert len(list(narrate(trace))) == len(trace)
    assert narrate_outcome(trace.outcome)


def test_what_is_absent_is_not_written() -> None:
    columns: dict[str, list[int | float | None]] = {name: [] for name in vocabulary.COLUMNS}
    trace = Trace(
        "",
        (Actor("module", "<module>", line=1), Actor("coroutine", "sleep", home="asyncio")),
        (),
        columns,
        Outcome("finished"),
    )
    document = json.loads(trace.to_json())
    assert document["actors"] == [
        {"id": 0, "kind": "module", "name": "<module>", "line": 1},
        {"id": 1, "kind": "coroutine", "name": "sleep"},
    ]
    assert document["outcome"] == {"kind": "finished"}
    assert Trace.from_json(trace.to_json()) == trace


def test_output_keeps_its_step_and_its_stream() -> None:
    document = deepcopy(DOCUMENT) | {"output": [{"step": 1, "stream": "stderr", "text": "x\n"}]}
    assert Trace.from_json(json.dumps(document)).output == (Output(1, "stderr", "x\n"),)


def test_the_description_of_the_format_names_every_word() -> None:
    text = " ".join((Path(vocabulary.__file__).parent / "FORMAT.md").read_text("utf-8").split())
    words = [*vocabulary.COLUMNS, *vocabulary.KINDS, *vocabulary.ACTOR_KINDS, *vocabulary.HOMES, *vocabulary.VIAS]
    for word in [*words, *vocabulary.ROLES, *vocabulary.STREAMS, *vocabulary.OUTCOMES]:
        assert f"`{word}`" in text, word
