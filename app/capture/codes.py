"""What the recorder knows of a code object: whose it is, its lines, and how it enters others.

A *site* is an instruction that may enter a generator: a `SEND`, which delegates, a `FOR_ITER`, a
call. Where a frame stands is `f_lasti`: the instruction itself, or one of the inline cache
entries behind it, which share its position (facts: 3.12 and 3.13 differ there).
"""

import dis
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType
from typing import Final

from app.capture.preview import shortened
from app.capture.rewrite import CallSites
from app.trace import Actor
from app.trace.journal import actor_record
from app.trace.vocabulary import DELEGATIONS, VIAS

NOWHERE: Final = -1
"""A line outside the snippet, in the journal's spelling of null."""

_VIA: Final[Mapping[str, int]] = {via: number for number, via in enumerate(VIAS)}

STDLIB: Final = str(Path(inspect.__file__).parent)
"""The folder of the standard library."""

CAPTURE: Final = str(Path(__file__).parent)
"""The folder of the recorder."""

_ASYNCIO: Final = str(Path(STDLIB) / "asyncio")
_GENERATOR_FLAGS: Final = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
# The instruction two before a SEND tells what the SEND is for (Python/codegen: ADD_YIELD_FROM).
_SENT_BY: Final = {"GET_YIELD_FROM_ITER": "yield from", "GET_AWAITABLE": "await", "GET_ANEXT": "async for"}
_LOOPS: Final = frozenset({"for", "async for"})
_WITH: Final = frozenset({"BEFORE_WITH", "WITH_EXCEPT_START", "LOAD_SPECIAL"})


@dataclass(frozen=True, slots=True)
class Site:
    """How the code enters a generator from one of its instructions."""

    via: int
    delegates: bool
    line: int


class Code:
    """The facts about one code object.

    `calls` is what the syntax tree tells of the snippet's calls; None for a code object that is
    not of the snippet's own text, and so has no lines in it.
    """

    __slots__ = (
        "_calls", "_sites", "_vias", "code", "has_run", "home", "in_snippet", "is_async_generator", "is_body",
        "is_generator", "kind", "lines", "name", "parameters", "record",
    )  # fmt: skip

    def __init__(self, code: CodeType, home: str, calls: CallSites | None = None) -> None:
        self.code: Final = code
        self.name: Final = shortened(code.co_qualname)
        self.home: Final = home
        self.in_snippet: Final = calls is not None
        self.is_generator: Final = makes_generator(code)
        self.is_async_generator: Final = bool(code.co_flags & inspect.CO_ASYNC_GENERATOR)
        # That of the module, or of a class: no function, and what it does the frame around it does.
        self.is_body: Final = not code.co_flags & inspect.CO_OPTIMIZED
        self.kind: Final = _kind(code)
        self.parameters: Final = _parameters(code)
        self.lines: Final = list(_lines(code)) if self.in_snippet else [NOWHERE] * (len(code.co_code) // 2)
        self.has_run = False
        first_line = code.co_firstlineno if self.in_snippet else None
        self.record: Final = actor_record(Actor(self.kind, self.name, first_line, home))
        self._calls: Final = calls or CallSites()
        self._sites: Final[dict[int, Site]] = {}
        self._vias: dict[int, str] | None = None

    def site(self, offset: int) -> Site:
        """The site at a frame's `f_lasti`."""
        site = self._sites.get(offset)
        if site is None:
            via = self._via(offset)
            site = Site(_VIA[via], via in DELEGATIONS, self.lines[offset >> 1])
            self._sites[offset] = site
        return site

    @property
    def loops(self) -> bool:
        """Whether there is a loop whose iterator its frame's stack alone holds: that of a generator
        expression is in a variable, too."""
        return not _LOOPS.isdisjoint(self._entering().values()) and ".0" not in self.code.co_varnames

    def may_ask(self, offset: int) -> bool:
        """Whether the call at an offset may be one of `next` or of a generator's own methods."""
        positions = next(islice(self.code.co_positions(), offset >> 1, None))
        return positions in self._calls.asking

    def _via(self, offset: int) -> str:
        return self._entering().get(offset, "iteration")

    def _entering(self) -> Mapping[int, str]:
        if self._vias is None:
            self._vias = dict(_vias(self.code, self._calls))
        return self._vias


type Codes = dict[int, Code]
"""Facts by the id of a code object, which they keep alive: its hash is made anew from all of its
instructions each time, which takes a microsecond for `asyncio.sleep`."""


def home(code: CodeType) -> str:
    """Where a code object comes from that is not of the snippet's own text.

    What the snippet compiles itself is its own too, but has no line in it.
    """
    if code.co_filename.startswith((_ASYNCIO, CAPTURE)):
        return "asyncio"
    return "stdlib" if code.co_filename.startswith((STDLIB, "<frozen")) else "snippet"


def makes_generator(code: CodeType) -> bool:
    """Whether calling the code makes a generator, coroutine or async generator."""
    return bool(code.co_flags & _GENERATOR_FLAGS)


def nested(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are defined in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


def _kind(code: CodeType) -> str:
    if code.co_flags & inspect.CO_COROUTINE:
        return "coroutine"
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return "async generator"
    return "generator" if code.co_flags & inspect.CO_GENERATOR else "function"


def _parameters(code: CodeType) -> Sequence[str]:
    """The names of a function's parameters, without `self`, which no call spells out; those that
    Python makes itself, such as `.0`, are none."""
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    names = code.co_varnames[1 if code.co_varnames[:1] == ("self",) else 0 : count]
    return tuple(filter(str.isidentifier, names))


def _lines(code: CodeType) -> Iterator[int]:
    previous = code.co_firstlineno
    for start, end, line in code.co_lines():
        previous = previous if line is None else line
        yield from [previous] * ((end - start) // 2)


def _vias(code: CodeType, calls: CallSites) -> Iterator[tuple[int, str]]:
    """How each instruction enters a generator, for its offset and those of its cache entries."""
    instructions = [instruction for instruction in dis.get_instructions(code) if instruction.opname != "CACHE"]
    ends = [*(instruction.offset for instruction in instructions[1:]), len(code.co_code)]
    for index, (instruction, end) in enumerate(zip(instructions, ends, strict=True)):
        via = _entered_by(instructions[max(index - 2, 0) : index + 1], calls)
        if via:
            yield from ((offset, via) for offset in range(instruction.offset, end, 2))


def _entered_by(upto: Sequence[dis.Instruction], calls: CallSites) -> str | None:
    """How the last of some consecutive instructions enters a generator; None where it does not."""
    last = upto[-1]
    if last.opname == "SEND":
        source = upto[0]
        # GET_AWAITABLE's argument is 1 or 2 behind a call of __aenter__ or __aexit__.
        return "async with" if source.opname == "GET_AWAITABLE" and source.arg else _SENT_BY.get(source.opname)
    if last.opname == "FOR_ITER":
        return "for"
    if last.opname in _WITH:
        return "with"
    at = last.positions
    if last.opname.startswith("CALL") and at is not None:
        return calls.entering.get((at.lineno, at.col_offset, at.end_lineno, at.end_col_offset))  # type: ignore[arg-type]
    return None
