"""What a step of each kind looks like: who may give, who may receive, and how."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from app.trace import vocabulary
from app.trace.rows import Actor, TraceError, Worded

GENERATORS: Final = frozenset({"generator", "coroutine", "async generator"})
"""The kinds of frames that are made before they run, and suspended."""

FUTURES: Final = frozenset({"future", "task"})

REMARKS: Final = frozenset({"print", "refuse", "abandon", "note"})
"""The kinds of steps that say something and move nothing."""


class Form(NamedTuple):
    """The kinds of a step's giver and receiver and the words of its `via`; None where that is null."""

    givers: frozenset[str | None]
    receivers: frozenset[str | None]
    vias: frozenset[str | None] = frozenset({None})


_ANYBODY: Final = frozenset(vocabulary.ACTOR_KINDS)
_NOBODY: Final = frozenset({None})
_FUNCTION: Final = frozenset({"function"})
_LOOP: Final = frozenset({"loop"})
_TASK: Final = frozenset({"task"})
_HANDLE: Final = frozenset({"handle"})
_CALLEES: Final = GENERATORS | {"iterator"}
_WAYS_IN: Final = vocabulary.DELEGATIONS | {
    "next", "send", "throw", "close", "for", "iteration", "with", "task step", "callback", "finalizer",
}  # fmt: skip
_WAYS_TO_SCHEDULE: Final = frozenset({"callback", "timer", "timer due", "done callback", "thread"})
_ENDS_LEFT_TO_PYTHON: Final = frozenset({"never awaited", "destroyed pending", "never retrieved", "never closed"})

FORMS: Final[Mapping[str, Form]] = {
    "create": Form(_ANYBODY, GENERATORS),
    "send": Form(_ANYBODY, _CALLEES, _WAYS_IN),
    "throw": Form(_ANYBODY, _CALLEES, _WAYS_IN),
    "close": Form(_ANYBODY, _CALLEES, _WAYS_IN),
    "yield": Form(_CALLEES, _ANYBODY, vocabulary.DELEGATIONS | {"yield"}),
    "return": Form(_CALLEES, _ANYBODY, _WAYS_IN),
    "raise": Form(_CALLEES, _ANYBODY, _WAYS_IN),
    "tick": Form(_LOOP, _NOBODY),
    "schedule": Form(_ANYBODY | _NOBODY, _HANDLE, _WAYS_TO_SCHEDULE),
    "unschedule": Form(_ANYBODY, _HANDLE),
    "run": Form(_ANYBODY, _HANDLE),
    "ran": Form(_HANDLE, _ANYBODY),
    "spawn": Form(_ANYBODY, _TASK),
    "wait": Form(_TASK, FUTURES),
    "settle": Form(_ANYBODY, FUTURES, frozenset({"result", "exception", "cancellation"})),
    "cancel": Form(_ANYBODY, FUTURES),
    "call": Form(_ANYBODY, _FUNCTION, frozenset({"call"})),
    "exit": Form(_FUNCTION, _ANYBODY, frozenset({"call", "exception"})),
    "print": Form(_ANYBODY | _NOBODY, _NOBODY, frozenset({None, "thread"})),
    "refuse": Form(_ANYBODY, _CALLEES | _NOBODY, _WAYS_IN | {"network", "process", "signal", "input"}),
    "abandon": Form(_NOBODY, GENERATORS | FUTURES, _ENDS_LEFT_TO_PYTHON),
    "note": Form(_ANYBODY, _NOBODY, frozenset({"history"})),
}

OWNERS: Final[Mapping[str | None, tuple[frozenset[str], frozenset[str | None]]]] = {
    None: (_ANYBODY, _NOBODY),
    "step": (_HANDLE, _TASK),
    "wakeup": (_HANDLE, _TASK),
    "timer": (_HANDLE, FUTURES),
    "callback": (_HANDLE, _NOBODY),
    "iterator": (GENERATORS, FUTURES),
    "task": (_TASK, GENERATORS),
}
"""By role, the kinds of an actor that has it and of the actor it belongs to."""


def check_forms(actors: Sequence[Actor], steps: Worded) -> None:
    """Raise TraceError where a step has not the form of its kind."""
    # The distinct forms are few where the steps are many, and a set finds them at C speed.
    kinds: dict[int | None, str | None] = {None: None, **{index: actor.kind for index, actor in enumerate(actors)}}
    givers, receivers, tasks = (map(kinds.__getitem__, steps[name]) for name in ("from", "to", "task"))
    for kind, giver, receiver, task, via in set(
        zip(steps["kind"], givers, receivers, tasks, steps["via"], strict=True)
    ):
        form = FORMS[kind]
        if giver not in form.givers or receiver not in form.receivers:
            raise TraceError("form", f"a {kind} goes from {giver} to {receiver}")
        if via not in form.vias:
            raise TraceError("form", f"a {kind} says {via!r}")
        if task not in _TASK | _NOBODY:
            raise TraceError("form", f"a {kind} is in a step of a {task}")
