"""What goes down and up a chain of delegation: exceptions and closes, values, and refusals."""

from asyncio import CancelledError
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from app.capture.codes import NOWHERE, Site
from app.capture.endings import Endings
from app.capture.frames import FRAME_OF
from app.capture.links import CLOSE, REFUSE, THROW, VIA_CLOSE, VIA_FINALIZER, VIA_THROW, YIELD, Refusal
from app.capture.recorder import KIND, NULL, VIA, Activation, behind

_CANCEL: Final = KIND["cancel"]
_WAKEUP: Final = frozenset({KIND["run"], KIND["schedule"], KIND["settle"]})
"""What leads, backwards, from a task's step to what was done to the future it waited for."""

_VIA_FOR: Final = VIA["for"]
_ASKS_TO_CLOSE: Final = frozenset({VIA_CLOSE, VIA["with"]})


# Kept in a CancelledError that a task has thrown into its coroutine: it may come back much later, or
# never, and then others are made.
_REQUEST: Final = "_yieldscope_request"
_LONGEST_CONTEXT: Final = 100

_attributes: Final[Callable[[BaseException], dict[str, Any]]] = vars(BaseException)["__dict__"].__get__
_context: Final[Callable[[BaseException], BaseException | None]] = vars(BaseException)["__context__"].__get__


def request_behind(error: BaseException) -> int:
    """The request to cancel behind a CancelledError, or behind one that was handled as it was raised; NULL where
    there is none, as for one that the snippet makes by hand."""
    found: BaseException | None = error
    for _ in range(_LONGEST_CONTEXT):
        if found is None:
            break
        if _REQUEST in _attributes(found):
            return int(_attributes(found)[_REQUEST])
        found = _context(found)
    return NULL


class Entry(NamedTuple):
    """How an exception enters a chain: the kind of step and the way, whether the links below are
    closed, and the step behind it."""

    kind: int
    via: int
    closes: bool
    cause: int = NULL


class Chains(Endings):
    """Writes what passes through all links of a chain at once."""

    def asked(self, request: tuple[Any, str]) -> None:
        """A generator is about to be asked for something, by one of its own functions."""
        generator, how = request
        if type(generator) not in FRAME_OF:
            return
        activation = self._frames.known(generator)
        if activation is None:
            finished = self._frames.actor_of(generator)
            # close() of what has finished is answered by nothing.
            if finished is not None and how != "close":
                self._refusal = Refusal(self._stack[-1], finished, VIA[how])
        elif activation.active or (how == "send" and not activation.started and self._sending != self._none):
            self._refusal = Refusal(self._stack[-1], activation.id, VIA[how])
        elif how == "close":
            self._closing.append(activation)
        elif how == "throw":
            self._thrown_at = activation

    def iterating(self, subject: Any) -> None:
        """A loop of the running frame is about to begin."""
        if type(subject) in FRAME_OF:
            activation = self._frames.known(subject)
            finished = self._frames.actor_of(subject) if activation is None else None
            if finished is not None:
                self._refusal = Refusal(self._stack[-1], finished, _VIA_FOR)
                self._refused(self._stop)
            elif activation is not None and activation.active:
                self._refusal = Refusal(self._stack[-1], activation.id, _VIA_FOR)

    def _refused(self, error: int) -> None:
        """The running frame was refused what it asked for, with an error; nothing ran."""
        refusal, self._refusal = self._refusal, None
        top = self.settled()
        if refusal is not None and refusal.asker is top:
            top.down = None
            line = self._recorder.where(top)
            self._step(REFUSE, top.id, refusal.receiver, error, line, refusal.via, behind(top, line))

    def _throw_down(
        self, giver: Activation, site: Site | None, chain: Sequence[Activation], value: int, how: Entry
    ) -> None:
        """Write the throw of an exception, or a close, into each frame of a suspended chain.

        All of them forward, the last one too: who runs next is for the caller to say.
        """
        outermost = chain[0]
        kind, outermost.via, outermost.up = how.kind, how.via, None
        outermost.caller, asked = self._iterating(giver)
        outermost.told_to_close = outermost.told_to_close or how.closes
        if site is not None:
            giver.line = site.line
        elif not giver.forwarding:
            giver.line = NOWHERE
        if site is not None and site.delegates and how.via != VIA_FINALIZER:
            # `await` on what an async generator's athrow() or aclose() returned.
            giver.down, giver.down_via, outermost.up = outermost, site.via, giver
        for callee in chain:
            if callee is not outermost:
                callee.up, callee.via, callee.caller = giver, giver.down_via, NULL
            thrown = NULL if kind == CLOSE else value
            cause = behind(giver, giver.line) if how.cause == NULL or callee is not outermost else how.cause
            giver_id, line = giver.id, giver.line
            if callee.caller != NULL:
                giver_id, line, cause = callee.caller, NOWHERE, asked
            since = self._step(kind, giver_id, callee.id, thrown, line, callee.via, cause)
            self._push(callee, kind, since)
            callee.forwarding = True
            giver = callee
            # PEP 380: GeneratorExit is not thrown on into a subiterator, which is closed instead.
            kind = CLOSE if how.closes else THROW
        self._sending = self._none
        self._thrown_at = None

    def _pass_up(self, giver: Activation, line: int, via: int) -> None:
        """Suspend the frame on top of the stack with the ascending value, and those that pass it on."""
        stack, passed, step, value = self._stack, self.passed, self._step, self._ascending
        while True:
            stack.pop()
            giver.active = giver.forwarding = False
            receiver = stack[-1]
            to = receiver.id if giver.caller == NULL else giver.caller
            if receiver.code is None:
                # A task, which is no frame.
                receiver.since = step(YIELD, giver.id, to, value, line, via, giver.since if line == NOWHERE else NULL)
            else:
                step(YIELD, giver.id, to, value, line, via)
            # After a close, a yield is answered by a RuntimeError at the closer.
            if giver.entry == CLOSE:
                break
            if not receiver.forwarding:
                if giver.up is not receiver or receiver.down is not giver:
                    break
                # A delegator, whose own report is still to come.
                passed.append(receiver.code)  # type: ignore[arg-type]
            via = giver.via
            giver, line = receiver, receiver.line
        passed.reverse()

    def _entry(self, giver: Activation, site: Site | None, outermost: Activation, error: type) -> Entry:
        """How an exception of a type enters the outermost frame of a chain."""
        closes = issubclass(error, GeneratorExit)
        if outermost in self._closing:
            self._closing.remove(outermost)
            # Also where a frame below answers with another error.
            return Entry(CLOSE, VIA_FINALIZER if outermost.collected else VIA_CLOSE, closes=True)
        if outermost.collected and closes:
            return Entry(CLOSE, VIA_FINALIZER, closes)
        if site is None and giver.code is None:
            # A task's step.
            return Entry(THROW, giver.via, closes, self._behind_throw(giver, error))
        if site is None:
            return Entry(CLOSE, VIA_FINALIZER, closes) if closes else Entry(THROW, VIA_THROW, closes)
        if not closes or site.via == VIA_THROW:
            return Entry(THROW, site.via, closes)
        # What a frame awaits may be aclose(): nothing else closes what the frame does not delegate to.
        if outermost.is_async_generator if site.delegates else site.via in _ASKS_TO_CLOSE:
            return Entry(CLOSE, site.via, closes)
        # What aclose() of an async generator returned is driven by hand, if nothing is let go of.
        return Entry(CLOSE, VIA_CLOSE if outermost.is_async_generator else VIA_FINALIZER, closes)

    def _bear_request(self, error: BaseException, cause: int) -> None:
        """Let what is thrown, and perhaps ends the coroutine, tell of the request to cancel behind it."""
        if cause != NULL and self._recorder.journal.kind(cause) == _CANCEL:
            _attributes(error)[_REQUEST] = cause

    def _behind_throw(self, task: Activation, error: type) -> int:
        """What is behind an exception that a task's step throws into its coroutine.

        For CancelledError that is the request to cancel the task, or what the task waits for.
        """
        if task.delivered != NULL or not issubclass(error, CancelledError):
            return task.since if task.delivered == NULL else task.delivered
        journal = self._recorder.journal
        cause = task.since
        while cause != NULL and journal.kind(cause) in _WAKEUP:
            cause = journal.cause(cause)
        return cause if cause != NULL and journal.kind(cause) == _CANCEL else task.since
