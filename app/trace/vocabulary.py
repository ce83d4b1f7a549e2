"""The closed lists of words a trace is written in, read from `vocabulary.json`.

The JSON file is the one definition: Python reads it here, the player's build bundles the same
file. The position of a word in its list is the number a trace's columns hold, so words are only
ever appended.
"""

import json
from importlib.resources import files
from typing import Final

_VOCABULARY: Final = json.loads(files(__package__).joinpath("vocabulary.json").read_text("utf-8"))

FORMAT: Final[str] = _VOCABULARY["format"]
VERSION: Final[int] = _VOCABULARY["version"]

COLUMNS: Final[tuple[str, ...]] = tuple(_VOCABULARY["columns"])
KINDS: Final[tuple[str, ...]] = tuple(_VOCABULARY["kinds"])
ACTOR_KINDS: Final[tuple[str, ...]] = tuple(_VOCABULARY["actors"])
HOMES: Final[tuple[str, ...]] = tuple(_VOCABULARY["homes"])
VIAS: Final[tuple[str, ...]] = tuple(_VOCABULARY["vias"])
DELEGATIONS: Final[frozenset[str]] = frozenset(_VOCABULARY["delegations"])
"""The ways that make a link of a delegation chain: PEP 380's `yield from`, PEP 492's `await`, ..."""

FRAMES: Final[frozenset[str]] = frozenset(_VOCABULARY["frames"])
"""The kinds of actors that run, are suspended and end."""

ENTERS: Final[frozenset[str]] = frozenset(_VOCABULARY["enters"])
"""The kinds of steps by which a suspended frame begins or goes on."""

ROLES: Final[tuple[str, ...]] = tuple(_VOCABULARY["roles"])
"""What an actor is to the actor its `of` names: a handle is a task's `step` or `wakeup` or a
future's `timer`; a generator is a future's `iterator`; a task is the `task` that runs a coroutine."""

STREAMS: Final[tuple[str, ...]] = tuple(_VOCABULARY["streams"])
OUTCOMES: Final[tuple[str, ...]] = tuple(_VOCABULARY["outcomes"])
