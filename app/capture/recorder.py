"""The recorder: the stack of what is running, and the one place where steps are written."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from app.capture.codes import NOWHERE, Code, Codes, Site
from app.capture.guard import getframe
from app.capture.impersonal import Impersonal
from app.capture.preview import Naming, preview, shortened
from app.trace.document import Actor, Outcome
from app.trace.journal import ActorRecord, Journal, LedgerFull, actor_record
from app.trace.limits import Limits
from app.trace.vocabulary import KINDS, VIAS

if TYPE_CHECKING:
    from app.capture.subiterators import Subiterator

KIND: Final = {kind: number for number, kind in enumerate(KINDS)}
VIA: Final = {via: number for number, via in enumerate(VIAS)}
NULL: Final = -1
"""None, in the journal's spelling."""

_PRINT: Final = KIND["print"]


class Activation:
    """Whatever runs: a frame, a step of a task, a handle's callback, the event loop.

    `entry` is the kind of step that entered it last, `via` how, and `since` that step: what it does
    next has that for a cause. It is `forwarding` while control passes through it without its own
    code running: an exception, or a close, is on its way down the chain. `made` is the step that
    made it.

    Of a generator's frame, `down` is the frame it delegates to, in the way `down_via`, also while the
    chain is suspended or somebody else resumes that frame; `up` is the delegator that entered it last.
    `iterator` stands in for `down` where the subiterator has no frame, and is the `caller` of a
    generator that it iterates over. An async generator has a `finalizer_hook` (PEP 525) if there
    was one when it began, and is given to it at its end unless it was `told_to_close` before. One
    that was `collected` was let go of at the line `dropped_at`.

    Of a function's frame, `caller` is who called it; `answers` says what its end is an answer to: a
    `call`, or the `throw` or `close` of a subiterator that it carries out.

    Of a handle that is a step of a task, `steps` is that task. Of a task or future, `cancel` is the
    step that asked for its cancellation, `delivered` the same for the request that its present step
    throws, and `settled` the step by which it was done.
    """

    __slots__ = (
        "active", "answers", "caller", "cancel", "code", "collected", "delivered", "down", "down_via", "dropped_at",
        "entry", "facts", "finalizer_hook", "finished", "forwarding", "frame_id", "id", "is_async_generator",
        "iterator", "line", "lines", "made", "name", "settled", "since", "started", "steps",
        "told_to_close", "up", "via",
    )  # fmt: skip

    def __init__(self, actor: int, facts: Code | None = None, via: int = NULL) -> None:
        null = NULL
        self.id: Final = actor
        self.facts: Final = facts
        self.code: CodeType | None
        self.lines: Any
        if facts is None:
            self.code = self.lines = None
            self.is_async_generator = False
            self.name = ""
        else:
            self.code = facts.code
            self.lines = facts.lines
            self.is_async_generator = facts.is_async_generator
            self.name = facts.name
        self.line = NOWHERE
        self.made = null
        self.settled = null
        self.since = null
        self.cancel = null
        self.delivered = null
        self.caller = null
        self.answers = null
        self.frame_id = 0
        self.up: Activation | None = None
        self.down: Activation | None = None
        self.down_via = null
        self.iterator: Subiterator | None = None
        self.via = via
        self.entry = null
        self.active = False
        self.forwarding = False
        self.started = False
        self.steps: Activation | None = None
        self.finished = False
        self.collected = False
        self.dropped_at = NOWHERE
        self.told_to_close = False
        self.finalizer_hook = False


def behind(giver: Activation, line: int) -> int:
    """The cause of what a giver does at a line: none but the line where the snippet has it, and
    the step by which the giver got control where it is outside."""
    return giver.since if line == NOWHERE else NULL


class Recorder:
    """Writes steps into a journal, and knows what is running.

    `end` is called with the outcome when a limit is reached; it does not return.
    """

    def __init__(self, journal: Journal, limits: Limits, end: Callable[[Outcome], NoReturn]) -> None:
        self.journal: Final = journal
        self.limits: Final = limits
        self.end: Final = end
        self.impersonal: Final = Impersonal()
        self.none: Final = journal.value("None")
        self.nothing: Final = journal.value("")
        self.step: Final = journal.step
        """Writes a step of the running task at the present time; returns its index."""

        journal.full = self._out_of_steps
        self.naming: Naming = lambda value: None
        self.settled: Callable[[], Activation] = lambda: self.stack[-1]
        """What runs now, once all that ended silently has been written down."""

        self.class_bodies: Final[Codes] = {}
        self.deepest = sys.maxsize
        self.stack: Final[list[Activation]] = []
        self._texts: Final[dict[str, int]] = {}
        self._printed_bytes = 0

    def actor(self, actor: Actor) -> int:
        """The id of an actor that appears for the first time."""
        return self.actor_like(actor_record(actor))

    def actor_like(self, record: ActorRecord) -> int:
        """The id of an actor that appears for the first time, and is described like others."""
        try:
            return self.journal.actor(record)
        except LedgerFull:
            self._full()

    def preview(self, value: object) -> str:
        """The text shown for a value, in which actors have their names."""
        return "None" if value is None else preview(value, self.naming)

    def value(self, value: object) -> int:
        """The index of a value's preview."""
        return self.none if value is None else self.text(preview(value, self.naming))

    def text(self, text: str) -> int:
        """The index of a text among the values."""
        index = self._texts.get(text)
        if index is None:
            is_personal = " at 0x" in text
            try:
                index = self.journal.value(self.impersonal.text(text) if is_personal else text)
            except LedgerFull:
                self._full()
            if not is_personal:
                self._texts[text] = index
        return index

    def _out_of_steps(self) -> NoReturn:
        self.end(Outcome("step limit", line=self.line(), limit=self.limits.steps))

    def line(self) -> int | None:
        """The line of the snippet that runs now; None outside it."""
        line = self.where(self.stack[-1])
        return None if line == NOWHERE else line

    def where(self, activation: Activation, inner: FrameType | None = None) -> int:
        """The line at which a running activation stands; `inner` is a frame that it is below, or itself."""
        if activation.facts is None or not activation.facts.in_snippet:
            return NOWHERE
        frame: FrameType | None = inner or getframe(1)
        while frame is not None:
            facts = activation.facts if frame.f_code is activation.code else self.class_bodies.get(id(frame.f_code))
            if facts is not None:
                return facts.lines[frame.f_lasti >> 1]
            frame = frame.f_back
        return NOWHERE

    def site(self, giver: Activation, frame: FrameType) -> tuple[Site | None, bool]:
        """Where `giver` stands while `frame` is entered, and whether it enters it itself."""
        if giver.code is None:
            return None, False
        caller, direct = frame.f_back, True
        while caller is not None:
            code = caller.f_code
            facts = giver.facts if code is giver.code else self.class_bodies.get(id(code))
            if facts is not None:
                return facts.site(caller.f_lasti), direct
            caller, direct = caller.f_back, False
        return None, False

    def printed(self, stream: str, text: str, giver: int, line: int, via: int) -> None:
        """A line of output, or a piece of one, and who printed it: NULL for Python, or another thread."""
        self._printed_bytes += len(text.encode("utf-8", "surrogatepass"))
        if self._printed_bytes > self.limits.output_bytes:
            self.end(Outcome("output limit", line=self.line(), limit=self.limits.output_bytes))
        self.step(_PRINT, giver, NULL, self.text(shortened(text.removesuffix("\n"))), line, via)
        try:
            self.journal.output(stream, text)
        except LedgerFull:
            self._full()

    def _full(self) -> NoReturn:
        self.end(Outcome("size limit", line=self.line(), limit=self.limits.ledger_bytes))
