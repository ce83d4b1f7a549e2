"""Chains of delegation: the links between frames, the stack of those that run, and silent ends.

Invariants: `stack[-1]` runs, or forwards; an activation is active exactly while it is on the stack;
`a.down is b` exactly while `a` delegates to `b`, suspended or not. Several may delegate to one `b`;
`b.up` is the one that entered it last, None if that was no delegation.
"""

from asyncio import CancelledError
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from app.capture.codes import NOWHERE, Site
from app.capture.frames import FRAME_OF, Frames
from app.capture.guard import TooDeep
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder, behind

THROW: Final = KIND["throw"]
CLOSE: Final = KIND["close"]
REFUSE: Final = KIND["refuse"]
YIELD: Final = KIND["yield"]
RAISE: Final = KIND["raise"]

_ABANDON: Final = KIND["abandon"]
_CANCEL: Final = KIND["cancel"]
_WAKEUP: Final = frozenset({KIND["run"], KIND["schedule"], KIND["settle"]})
"""What leads, backwards, from a task's step to what was done to the future it waited for."""

_NEVER_CLOSED: Final = VIA["never closed"]
_VIA_CLOSE: Final = VIA["close"]
_VIA_THROW: Final = VIA["throw"]
_VIA_FOR: Final = VIA["for"]
_VIA_FINALIZER: Final = VIA["finalizer"]
_ASKS_TO_CLOSE: Final = frozenset({_VIA_CLOSE, VIA["with"]})


class Entry(NamedTuple):
    """How an exception enters a chain: the kind of step and the way, whether the links below are
    closed, and the step behind it."""

    kind: int
    via: int
    closes: bool
    cause: int = NULL


class Refusal(NamedTuple):
    """What will be refused if the next thing that happens is an exception: whatever has finished,
    runs already, or has not begun, cannot be entered."""

    asker: Activation
    receiver: int
    via: int


class LostTrack(Exception):
    """A frame runs that should have ended: what it did was not reported, as in another thread."""


class Chains:
    """What `Delegation` stands on.

    Monitors do not report every end. gh-140373: 3.13.0 closes a generator that is suspended
    outside any `try` without a word; and a generator that was never started has no frame to
    report. Whoever is known to be closing, and was not reported by the time that something else
    happens, was closed silently; and so was every forwarding frame that is still on the stack.
    """

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        self._recorder: Final = recorder
        self._frames: Final = frames
        self._stack: Final = recorder.stack
        self._step: Final = recorder.step
        self._none: Final = recorder.none
        self._stop: Final = recorder.text("StopIteration()")
        self._closing: list[Activation] = []
        # What a call of `throw` enters.
        self._thrown_at: Activation | None = None
        # What the garbage collector is about to finalize, while it runs.
        self._garbage: list[Activation] | None = None
        self._refusal: Refusal | None = None
        # What a call of `send` or `throw` is about to bring, the value on its way down a chain,
        # and the sends that carry it.
        self._sending = self._none
        self._descending = self._none
        self._sends: list[int] = []
        # The value on its way up.
        self._ascending = self._none
        # Delegators that are known to pass on a value, or a resume, before they report it: the next
        # one last.
        self._passed: Final[list[Activation]] = []
        self._resumed: Final[list[Activation]] = []

    def enter(self, actor: Activation, since: int) -> None:
        """Something without a frame has got control: the loop, a handle, a task, a future."""
        actor.active = True
        actor.since = since
        self._stack.append(actor)

    def left(self, result: object) -> None:
        """What was entered has given control back."""
        self.settled()
        actor = self._stack.pop()
        if actor.code is not None:
            raise LostTrack("a frame runs that should have ended")
        actor.active = False

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

    def collected(self, activation: Activation) -> None:
        """A generator that has not finished is about to be finalized."""
        if any(activation in self._chain_below(closing) for closing in self._closing):
            return
        activation.collected = True
        if self._closing and (not self._closing[-1].collected or self._closing[-1].down is not None):
            # A frame of the chain that is being closed held it: the innermost, which has ended. Of a
            # chain that is let go of, the delegators would have been reported if they had ended, too.
            self._begin_close(self._closing.pop())
            self._end_silently()
        if self._garbage is None:
            # A delegator that lived would refer to it.
            self._unlink(activation)
        if activation.started:
            if activation.is_async_generator:
                self.abandoned(activation, _NEVER_CLOSED)
            (self._closing if self._garbage is None else self._garbage).append(activation)

    def collecting(self) -> None:
        """The garbage collector begins: it tells of all that is garbage before it finalizes any."""
        self._garbage = []

    def has_collected(self) -> None:
        """The garbage collector is done: what it did not report it has closed silently."""
        garbage, self._garbage = self._garbage or [], None
        # What has ignored the GeneratorExit of its finalizer is not finalized again.
        self._closing += [one for one in garbage if not one.finished and not _is_finalized(one)]

    def abandoned(self, activation: Activation, via: int, value: int = NULL) -> int:
        """Python lets go of an object that was left behind; returns the step that tells so."""
        self.settled()
        made = activation.made
        line = activation.line if made == NULL else self._recorder.journal.line(made)
        cause = made if activation.settled == NULL else activation.settled
        return self._step(_ABANDON, NULL, activation.id, value, line, via, cause)

    def settled(self, reported: Sequence[Activation] = ()) -> Activation:
        """What runs now, once all that ended silently has been written down.

        `reported` is a suspended chain that is being reported: it goes on.
        """
        if not self._closing and not self._resumed and not self._stack[-1].forwarding:
            return self._stack[-1]
        if self._resumed:
            self._take_back_resumes()
        is_finalized = self._settle_closing(reported)
        while self._stack[-1].forwarding and not is_finalized:
            self._end_silently()
        return self._stack[-1]

    def _take_back_resumes(self) -> None:
        """Those below a resumed delegator have not gone on: another thread has ended them meanwhile."""
        outermost = self._resumed[-1]
        self._recorder.journal.take_back(outermost.since)
        while self._resumed:
            ended = self._stack.pop()
            self._sends.pop()
            ended.active, ended.finished = False, True
            self._resumed.pop()
        delegator = self._stack[-1]
        self._refusal = Refusal(delegator, outermost.id, delegator.down_via)

    def _settle_closing(self, spared: Sequence[Activation] = ()) -> bool:
        """Write down who was closed silently; whether one that is spared is being finalized."""
        closing, self._closing = self._closing, []
        for activation in closing:
            if activation in spared:
                self._closing.append(activation)
            elif not activation.active and not activation.finished:
                outer = len(self._stack)
                self._begin_close(activation)
                while len(self._stack) > outer:
                    self._end_silently()
        return any(activation.collected for activation in self._closing)

    def _throw_down(
        self, giver: Activation, site: Site | None, chain: Sequence[Activation], value: int, how: Entry
    ) -> None:
        """Write the throw of an exception, or a close, into each frame of a suspended chain.

        All of them forward, the last one too: who runs next is for the caller to say.
        """
        outermost = chain[0]
        kind, outermost.via, outermost.caller, outermost.up = how.kind, how.via, self._iterating(giver), None
        # PEP 525: one that was told to close is not given to the hook again.
        outermost.finalizer_hook = outermost.finalizer_hook and not how.closes
        giver.line = NOWHERE if site is None else site.line
        if site is not None and site.delegates and how.via != _VIA_FINALIZER:
            # `await` on what an async generator's athrow() or aclose() returned.
            giver.down, giver.down_via, outermost.up = outermost, site.via, giver
        for callee in chain:
            if callee is not outermost:
                callee.up, callee.via, callee.caller = giver, giver.down_via, NULL
            thrown = NULL if kind == CLOSE else value
            cause = behind(giver, giver.line) if how.cause == NULL or callee is not outermost else how.cause
            giver_id, line = (giver.id, giver.line) if callee.caller == NULL else (callee.caller, NOWHERE)
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
        stack = self._stack
        passed = self._passed
        while True:
            stack.pop()
            giver.active = giver.forwarding = False
            receiver = stack[-1]
            cause = giver.since if line == NOWHERE and receiver.code is None else NULL
            given = self._step(YIELD, giver.id, self._receiver(giver), self._ascending, line, via, cause)
            # After a close, a yield is answered by a RuntimeError at the closer.
            if giver.entry == CLOSE:
                return
            if not receiver.forwarding:
                if giver.up is not receiver or receiver.down is not giver:
                    self._goes_on(receiver, given)
                    break
                # A delegator, whose own report is still to come.
                passed.append(receiver)
            via = giver.via
            giver, line = receiver, receiver.line
        passed.reverse()

    def _goes_on(self, receiver: Activation, given: int) -> None:
        """A task, which is no frame, has got something from its coroutine."""
        if receiver.code is None:
            receiver.since = given

    def _receiver(self, giver: Activation) -> int:
        """Who gets what a frame gives that has just left the stack."""
        return self._stack[-1].id if giver.caller == NULL else giver.caller

    def _entry(self, giver: Activation, site: Site | None, outermost: Activation, error: type) -> Entry:
        """How an exception of a type enters the outermost frame of a chain."""
        closes = issubclass(error, GeneratorExit)
        if outermost in self._closing:
            self._closing.remove(outermost)
            return Entry(CLOSE, _VIA_FINALIZER if outermost.collected else _VIA_CLOSE, closes)
        if outermost.collected and closes:
            return Entry(CLOSE, _VIA_FINALIZER, closes)
        if site is None and giver.code is None:
            # A task's step.
            return Entry(THROW, giver.via, closes, self._behind_throw(giver, error))
        if site is None:
            return Entry(CLOSE, _VIA_FINALIZER, closes) if closes else Entry(THROW, _VIA_THROW, closes)
        if not closes or site.via == _VIA_THROW:
            return Entry(THROW, site.via, closes)
        return Entry(CLOSE, site.via if site.delegates or site.via in _ASKS_TO_CLOSE else _VIA_FINALIZER, closes)

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

    def _begin_close(self, outermost: Activation) -> None:
        """Write the close of a suspended chain into each of its frames: all of them forward."""
        closer = self._stack[-1]
        outermost.caller, outermost.up = self._iterating(closer), None
        outermost.via = _VIA_FINALIZER if outermost.collected else _VIA_CLOSE
        line = closer.line if closer.forwarding else self._recorder.where(closer)
        closer_id, line = (closer.id, line) if outermost.caller == NULL else (outermost.caller, NOWHERE)
        since = self._step(CLOSE, closer_id, outermost.id, NULL, line, outermost.via, behind(closer, line))
        self._push(outermost, CLOSE, since)
        self._close_below(outermost)
        outermost.forwarding = True

    def _iterating(self, delegator: Activation) -> int:
        """The subiterator made in C that a delegator has asked, and that acts now; NULL where none does."""
        iterator = delegator.iterator
        is_acting = iterator is not None and iterator.iterates and iterator.entered and not iterator.asked
        return iterator.actor if is_acting and not delegator.forwarding else NULL  # type: ignore[union-attr]

    def _close_below(self, delegator: Activation) -> None:
        """Write the close of the frames below a delegator: all of them forward."""
        for below in self._chain_below(delegator)[1:]:
            line = delegator.line
            below.up, below.via, below.caller = delegator, delegator.down_via, NULL
            since = self._step(CLOSE, delegator.id, below.id, NULL, line, below.via, behind(delegator, line))
            self._push(below, CLOSE, since)
            below.forwarding = True
            delegator = below

    def _end_silently(self) -> None:
        ended = self._stack.pop()
        error = self._recorder.text("GeneratorExit()")
        self._step(RAISE, ended.id, self._receiver(ended), error, ended.line, ended.via)
        self._finish(ended)

    def _idle_chain(self, innermost: Activation) -> list[Activation]:
        """The suspended frames from the outermost delegator down to a suspended one."""
        chain = [innermost]
        above = innermost.up
        while above is not None and not above.active and above.down is chain[-1] and not _is_finalized(above):
            chain.append(above)
            above = above.up
        chain.reverse()
        return chain

    def _chain_asked(self, reported: Activation) -> list[Activation]:
        """The chain from a generator whose `throw` or `close` is known to be called; empty where none is."""
        for outermost in (*self._closing, self._thrown_at):
            if outermost is not None:
                chain = self._chain_below(outermost)
                if reported in chain:
                    return chain[: chain.index(reported) + 1]
        return []

    def _chain_below(self, outermost: Activation) -> list[Activation]:
        """The suspended frames from a delegator down to the innermost that it delegates to."""
        chain = [outermost]
        while (below := chain[-1].down) is not None and not below.active and not below.finished:
            chain.append(below)
        return chain

    def _push(self, activation: Activation, entry: int, since: int) -> None:
        activation.since = since
        activation.active = activation.started = True
        activation.forwarding = False
        activation.entry = entry
        if activation.iterator is not None:
            activation.iterator.asked = True
        self._stack.append(activation)
        if len(self._stack) > self._recorder.deepest:
            # The interpreter's own limit is set higher, to leave room for the recorder.
            raise TooDeep

    def _finish(self, activation: Activation) -> None:
        activation.active = activation.forwarding = False
        activation.finished = True
        self._frames.forget(activation)
        # A suspended delegator, whose subgenerator somebody else has ended, does not know it yet.
        if activation.up is not None and activation.up.active:
            self._unlink(activation)

    def _unlink(self, activation: Activation) -> None:
        """The delegation by which this frame was entered is over."""
        if activation.up is not None and activation.up.down is activation:
            activation.up.down = None
        activation.up = None


def _is_finalized(activation: Activation) -> bool:
    """Whether a generator was finalized before, and ignored that."""
    return activation.collected and activation.via == _VIA_FINALIZER
