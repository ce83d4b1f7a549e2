"""Ends that nobody reports.

gh-140373: 3.13.0 closes a generator that is suspended outside any `try` without a word; and a
generator that was never started has no frame to report. Whoever is known to be closing, and was not
reported by the time that something else happens, was closed silently; and so was every forwarding
frame that is still on the stack.
"""

from collections.abc import Sequence
from typing import Final

from app.capture.codes import NOWHERE
from app.capture.frames import Frames
from app.capture.links import CLOSE, RAISE, THROW, VIA_CLOSE, VIA_FINALIZER, VIA_THROW, Links, Refusal, is_finalized
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder, behind

_ABANDON: Final = KIND["abandon"]
_NEVER_CLOSED: Final = VIA["never closed"]
_VIA_WITH: Final = VIA["with"]


class LostTrack(Exception):
    """A frame runs that should have ended: what it did was not reported, as in another thread."""


class Endings(Links):
    """Writes down what must have ended, before anything else is written."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        super().__init__(recorder, frames)
        self._closing: list[Activation] = []
        # What the garbage collector is about to finalize, while it runs.
        self._garbage: list[Activation] | None = None

    def left(self, result: object) -> Activation:
        """What was entered has given control back; returns what that was."""
        self.settled()
        actor = self._stack.pop()
        if actor.code is not None:
            raise LostTrack("a frame runs that should have ended")
        actor.active = False
        return actor

    def settled(self, reported: Sequence[Activation] = ()) -> Activation:
        """What runs now, once all that ended silently has been written down.

        `reported` is a suspended chain that is being reported: it goes on.
        """
        top = self._stack[-1]
        if not (self._closing or self.resumed or top.forwarding):
            return top
        if self.resumed:
            self._take_back_resumes()
        finalizes = self._settle_closing(reported)
        while self._stack[-1].forwarding and not finalizes:
            self._end_silently()
        return self._stack[-1]

    def collected(self, activation: Activation) -> None:
        """A generator that has not finished is about to be finalized."""
        if any(activation in self._chain_below(closing) for closing in self._closing):
            return
        activation.collected = True
        activation.dropped_at = self._recorder.where(self._stack[-1])
        if self._closing and (not self._closing[-1].collected or self._closing[-1].down is not None):
            # A frame of the chain that is being closed held it: the innermost. Of a chain that is let go
            # of, the delegators would have been reported if they had ended, too.
            self._end_around(self._closing.pop())
        elif self._thrown_at is not None and self._sending != self._none:
            # Likewise. It is a GeneratorExit that is thrown: of any other the innermost frame is told first.
            self._end_around(self._thrown_at)
        if self._garbage is None:
            # A delegator that lived would refer to it.
            self._unlink(activation)
        if activation.started:
            if activation.is_async_generator and not activation.told_to_close:
                self.abandoned(activation, _NEVER_CLOSED)
            (self._closing if self._garbage is None else self._garbage).append(activation)

    def closed_by_context_manager(self, activation: Activation) -> None:
        """The generator of a context manager has been closed by it: silently, unless that was reported."""
        self.settled()
        if not activation.finished:
            self._close_silently(activation, _VIA_WITH)

    def collecting(self) -> None:
        """The garbage collector begins: it tells of all that is garbage before it finalizes any."""
        self._garbage = []

    def has_collected(self) -> None:
        """The garbage collector is done: what it did not report it has closed silently."""
        garbage, self._garbage = self._garbage or [], None
        # What has ignored the GeneratorExit of its finalizer is not finalized again.
        self._closing += [one for one in garbage if not one.finished and not is_finalized(one)]

    def abandoned(self, activation: Activation, via: int, value: int = NULL) -> int:
        """Python lets go of an object that was left behind; returns the step that tells so."""
        self.settled()
        made = activation.made
        line = activation.line if made == NULL else self._recorder.journal.line(made)
        cause = made if activation.settled == NULL else activation.settled
        return self._step(_ABANDON, NULL, activation.id, value, line, via, cause)

    def _take_back_resumes(self) -> None:
        """Those below a resumed delegator have not gone on: another thread has ended them meanwhile."""
        outermost = self._stack[-len(self.resumed)]
        self._recorder.journal.take_back(outermost.since)
        self._sends = range(self._sends.start, outermost.since)
        while self.resumed:
            ended = self._stack.pop()
            ended.active, ended.finished = False, True
            self.resumed.pop()
        delegator = self._stack[-1]
        self._refusal = Refusal(delegator, outermost.id, delegator.down_via)

    def _settle_closing(self, spared: Sequence[Activation] = ()) -> bool:
        """Write down who was closed silently; whether one that is spared is being finalized."""
        closing, self._closing = self._closing, []
        for activation in closing:
            if activation in spared:
                self._closing.append(activation)
            elif not activation.active and not activation.finished:
                self._close_silently(activation)
        return any(activation.collected for activation in self._closing)

    def _close_silently(self, outermost: Activation, via: int = VIA_CLOSE) -> None:
        outer = len(self._stack)
        self._begin_close(outermost, via)
        while len(self._stack) > outer:
            self._end_silently()

    def _begin_close(self, outermost: Activation, via: int = VIA_CLOSE) -> None:
        """Write the close of a suspended chain into each of its frames: all of them forward.

        PEP 380: a GeneratorExit that is thrown into the outermost closes those below it.
        """
        closer = self._stack[-1]
        (outermost.caller, asked), outermost.up = self._iterating(closer), None
        kind, value = CLOSE, NULL
        outermost.via = VIA_FINALIZER if outermost.collected else via
        if outermost is self._thrown_at:
            kind, value, outermost.via = THROW, self._sending, VIA_THROW
            self._thrown_at, self._sending = None, self._none
        if outermost.collected and not closer.forwarding:
            line = outermost.dropped_at
        else:
            line = closer.line if closer.forwarding else self._recorder.where(closer)
        outermost.told_to_close = True
        if outermost.caller == NULL:
            closer_id, cause = closer.id, behind(closer, line)
        else:
            closer_id, line, cause = outermost.caller, NOWHERE, asked
        since = self._step(kind, closer_id, outermost.id, value, line, outermost.via, cause)
        self._push(outermost, kind, since)
        self._close_below(outermost)
        outermost.forwarding = True

    def _end_around(self, outermost: Activation) -> None:
        """The innermost frame of a chain has been closed silently, and lets go of what it held.

        PEP 342: close() raises GeneratorExit in it. An exception takes what loops iterate over off a
        frame's stack before it leaves the frame, which lets go of its variables after that.
        """
        self._begin_close(outermost)
        innermost = self._stack[-1].facts
        if innermost is not None and not innermost.loops:
            self._end_silently()

    def _iterating(self, delegator: Activation) -> tuple[int, int]:
        """The subiterator made in C that a delegator has asked, and that acts now, and the step by which it
        was asked; NULL where none acts."""
        iterator = delegator.iterator
        if iterator is None or not iterator.iterates or not iterator.entered or iterator.asked or delegator.forwarding:
            return NULL, NULL
        return iterator.actor, iterator.since

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

    def _chain_asked(self, reported: Activation) -> list[Activation]:
        """The chain from a generator whose `throw` or `close` is known to be called; empty where none is."""
        # The garbage collector finalizes in the order in which it tells what is garbage.
        garbage = [one for one in self._garbage or () if not is_finalized(one)]
        for outermost in (*self._closing, self._thrown_at, *garbage):
            if outermost is not None:
                chain = self._chain_below(outermost)
                if reported in chain:
                    return chain[: chain.index(reported) + 1]
        return []
