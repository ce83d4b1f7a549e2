"""Previews are short, end, and run no code of the snippet."""

import sys
from collections import deque
from typing import Any

import pytest

from app.capture.preview import LONGEST, message, preview


class _Hostile(type):
    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError("a preview ran the snippet's code")

    def __instancecheck__(cls, instance: object) -> bool:
        raise AssertionError("a preview ran the snippet's code")


class _Object(metaclass=_Hostile):
    def __getattribute__(self, name: str) -> Any:
        raise AssertionError("a preview ran the snippet's code")

    def __repr__(self) -> str:
        raise AssertionError("a preview ran the snippet's code")

    __str__ = __len__ = __iter__ = __bool__ = __eq__ = __hash__ = __repr__  # type: ignore[assignment]


class _Text(str):
    __slots__ = ()

    def __repr__(self) -> str:
        raise AssertionError("a preview ran the snippet's code")


class _Error(Exception):
    def __str__(self) -> str:
        raise AssertionError("a preview ran the snippet's code")

    @property
    def args(self) -> Any:  # type: ignore[override]
        raise AssertionError("a preview ran the snippet's code")


def _recursive() -> list[Any]:
    inner: list[Any] = []
    inner.append([inner])
    return inner


def _deep() -> list[Any]:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def _generator() -> Any:
    yield


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        (True, "True"),
        (-7, "-7"),
        (2.5, "2.5"),
        ("it's", '"it\'s"'),
        (b"\0", "b'\\x00'"),
        ([1, (2,), ()], "[1, (2,), ()]"),
        ({"a": {1}}, "{'a': {1}}"),
        ({"k": set(), "l": frozenset()}, "{'k': set(), 'l': frozenset()}"),
        (deque([1]), "deque([1])"),
        (range(3), "range(0, 3)"),
        (ValueError("x", 1), "ValueError('x', 1)"),
        (ValueError, "<class ValueError>"),
        (len, "len"),
        ([].append, "list.append"),
        (_generator, "_generator"),
        (sys, "<module>"),
        (_recursive(), "[[...]]"),
        (_deep(), "[[[...]]]"),
        (10**1000, "<int of 3322 bits>"),
        (2**100, "1267650600228229401496703205376"),
        (list(range(50)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, …]"),
    ],
    ids=lambda value: None,
)
def test_a_builtin_is_shown_as_python_writes_it(value: object, shown: str) -> None:
    assert preview(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (_Object(), "<_Object object>"),
        (_Object, "<class _Object>"),
        ([_Object(), {"k": _Object()}], "[<_Object object>, {'k': <_Object object>}]"),
        (_Text("x"), "<_Text object>"),
        (_Error(_Object()), "_Error(<_Object object>)"),
    ],
    ids=["instance", "class", "inside", "subclass of a builtin", "exception"],
)
def test_nothing_of_the_snippet_runs(value: object, shown: str) -> None:
    assert preview(value) == shown


@pytest.mark.parametrize("value", ["x" * 10**7, [["y" * 99] * 99] * 99, {n: "z" * n for n in range(999)}])
def test_a_preview_is_bounded(value: object) -> None:
    assert len(preview(value)) <= LONGEST


def test_an_object_that_was_never_initialized_has_a_preview() -> None:
    assert preview(Exception.__new__(_Error)) == "_Error()"
    assert preview(object.__new__(_Object)) == "<_Object object>"


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError("plain"), ValueError(1, 2), KeyError("key"), OSError(2, "no such file"), ValueError()),
        *(ExceptionGroup("of", [ValueError()] * count) for count in (1, 2)),
    ],
)
def test_a_message_is_what_str_would_say(error: Exception) -> None:
    assert message(error) == str(error)


def test_an_actor_is_shown_by_its_name() -> None:
    future = object()
    assert preview([future], lambda value: "Future-1" if value is future else None) == "[Future-1]"
