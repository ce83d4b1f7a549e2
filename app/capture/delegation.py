"""The model of who delegates to whom, which makes PEP 380's hops out of what monitors report.

Monitors report a resume from the outermost delegator inward, and a yield from the innermost
outward. A `throw` they report in the innermost frame alone, and a `close` innermost first. The
model keeps the links of suspended chains, and so knows through which frames a reported one was
reached.
"""

import sys
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, Final

from app.capture.calls import CALL, VIA_ITERATION, VIA_YIELD, Calls
from app.capture.codes import NOWHERE
from app.capture.frames import Frames
from app.capture.guard import TooDeep
from app.capture.links import NO_STEPS, RAISE, REFUSE, THROW, VIA_FINALIZER, YIELD, Refusal, idle_delegator
from app.capture.preview import class_name
from app.capture.quirks import BOXED_TYPE
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder, behind

_SEND: Final = KIND["send"]
_RETURN: Final = KIND["return"]

_VIA_SEND: Final = VIA["send"]


class Delegation(Calls):
    """Turns the events of frames into steps; each method is named after its event."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        super().__init__(recorder, frames)
        self._boxed = self._none

    # -- entering ----------------------------------------------------------------------------

    def start(self, code: CodeType, frame: FrameType) -> None:
        """A frame begins: a function's, or a generator's that is resumed for the first time."""
        frames = self._frames
        facts = frames.codes[id(code)]
        facts.has_run = True
        if facts.is_generator:
            callee = frames.begins(frame, code, self._stack[-1])
            if callee.is_async_generator:
                callee.finalizer_hook = sys.get_asyncgen_hooks().finalizer is not None
            self._enter(callee, frame)
        else:
            self._call(facts, frame)

    def resume(self, code: CodeType, frame: FrameType) -> None:
        """A suspended frame goes on, which no delegator above it was known to resume."""
        self.resumed.clear()
        giver = self._frames.of(frame, code, self._stack[-1])
        self._enter(giver, frame)
        if giver.down is not None:
            self._resume_below(giver)

    def _resume_below(self, giver: Activation) -> None:
        """A delegator that is resumed goes straight on to its subgenerator."""
        stack, step, resumed = self._stack, self._step, self.resumed
        value, deepest, first = self._descending, self._recorder.deepest, giver.since
        while (callee := giver.down) is not None:
            if callee.active or callee.finished:
                # Somebody else runs it, or has ended it.
                self._refusal = Refusal(giver, callee.id, giver.down_via)
                break
            callee.up, callee.caller = giver, NULL
            via = callee.via = giver.down_via
            line = giver.line
            cause = giver.since if line == NOWHERE else NULL
            # As `_push` has it, of what has started before.
            callee.since = step(_SEND, giver.id, callee.id, value, line, via, cause)
            callee.entry = _SEND
            callee.active, callee.forwarding = True, False
            if callee.iterator is not None:
                callee.iterator.asked = True
            stack.append(callee)
            if len(stack) > deepest:
                raise TooDeep
            resumed.append(callee.code)  # type: ignore[arg-type]
            giver = callee
        resumed.reverse()
        self._sends = range(first, giver.since + 1)

    def _enter(self, callee: Activation, frame: FrameType) -> None:
        top = self._stack[-1]
        if self._closing or self.resumed or top.forwarding:
            top = self.settled()
        self._refusal = callee.up = None
        site, direct = (None, False) if top.code is None else self._recorder.site(top, frame)
        giver, line, cause = top.id, NOWHERE, top.since
        callee.caller = NULL
        value = self._none
        if site is None:
            # A task's step, or a callback: the activation that drives it knows how.
            via = top.via
        else:
            via, line = site.via, site.line
            top.line = line
            if site.delegates:
                if top.iterator is not None and top.iterator.iterates:
                    # The subiterator, such as one of itertools, iterates over the callee.
                    giver, line = self._asked(top, top.iterator), NOWHERE
                    callee.caller, via, cause = giver, VIA_ITERATION, top.iterator.since
                else:
                    top.down, top.down_via, callee.up, top.iterator = callee, via, top, None
            # The first thing a delegator does is next(): only a call of send, and the awaiting of
            # what asend returned, bring a value.
            if direct and (site.via == _VIA_SEND or callee.is_async_generator):
                value = self._sending
            if line != NOWHERE:
                cause = NULL
        self._sending = self._none
        self._descending = value
        callee.via = via
        since = self._step(_SEND, giver, callee.id, value, line, via, cause)
        self._sends = range(since, since + 1)
        self._push(callee, _SEND, since)

    def sending(self, value: Any) -> None:
        """The argument of a call of `send` or `throw` is known."""
        if issubclass(type(value), type) and issubclass(value, BaseException):
            self._sending = self._recorder.text(f"{class_name(value)}()")
        else:
            self._sending = self._recorder.value(value)

    def call_returned(self) -> Activation:
        """A call has returned: what it was to send is sent, or never will be. Returns what runs now."""
        caller = self.settled()
        self._sending = self._none
        self._thrown_at = None
        if self._refusal is not None:
            # next() answers a refusal with its default.
            self._refused(self._stop)
        return caller

    def received(self, value: Any) -> None:
        """A `yield` received a value, and with it every delegator that it came through."""
        if value is not None and self._descending == self._none:
            self._carry(self._recorder.value(value))
        self._sends = NO_STEPS

    # -- leaving -----------------------------------------------------------------------------

    def given(self, value: Any) -> None:
        """An async generator is about to yield a value, which its frame's yield will box."""
        self._boxed = self._recorder.value(value)

    def yielded(self, code: CodeType, offset: int, value: Any) -> None:
        """A frame is suspended with a value: of its own `yield`, or passed up through a delegation.

        `via` says which, and that is all there is to tell them apart by.
        """
        self.passed.clear()
        giver: Activation | None = self._stack[-1]
        if giver.code is not code or self._closing:  # type: ignore[union-attr]
            giver = self._reporting(code)
        if giver is None:
            return
        line = giver.line = giver.lines[offset >> 1]
        boxed = giver.is_async_generator and type(value) is BOXED_TYPE
        via = VIA_YIELD
        if boxed:
            self._ascending = self._boxed
        elif giver.down is not None:
            via = giver.down_via
        else:
            self._ascending = self._recorder.value(value)
            if giver.iterator is not None:
                via = giver.iterator.via
                self._answered(giver, giver.iterator, YIELD, self._ascending, VIA_YIELD)
        if boxed:
            # The value ends here: the awaiting frame takes it, and runs on.
            self._stack.pop()
            giver.active = False
            self._step(YIELD, giver.id, self._receiver(giver), self._ascending, line, via)
            self._unlink(giver)
            self._stack[-1].forwarding = False
        else:
            self._pass_up(giver, line, via)

    def returned(self, code: CodeType, offset: int, value: Any) -> None:
        """A frame has finished with a value."""
        stack = self._stack
        giver: Activation | None = stack[-1]
        if giver.code is not code or self._closing:  # type: ignore[union-attr]
            giver = self._reporting(code)
        if giver is None:
            return
        stack.pop()
        line = giver.lines[offset >> 1]
        index = self._none if value is None else self._recorder.value(value)
        if giver.entry == CALL:
            self._function_returned(giver, value, index, line)
            return
        receiver = stack[-1]
        to = receiver.id if giver.caller == NULL else giver.caller
        if receiver.code is not None:
            self._step(_RETURN, giver.id, to, index, line, giver.via)
        else:
            cause = giver.since if line == NOWHERE else NULL
            receiver.since = self._step(_RETURN, giver.id, to, index, line, giver.via, cause)
        self._finish(giver)
        if giver.via != VIA_FINALIZER:
            # What a frame held that is being closed leaves it as it was.
            receiver.forwarding = False

    def unwound(self, code: CodeType, offset: int, error: BaseException) -> None:
        """An exception has left a frame, which is finished."""
        giver = self._reporting(code)
        if giver is None:
            return
        self._stack.pop()
        line = _raised_at(giver, error)
        if giver.entry == CALL:
            self._function_failed(giver, error, line)
        else:
            value = self._recorder.value(error)
            receiver = self._stack[-1]
            cause = giver.since if line == NOWHERE and receiver.code is None else NULL
            raised = self._step(RAISE, giver.id, self._receiver(giver), value, line, giver.via, cause)
            self._goes_on(receiver, raised)
            self._finish(giver)

    def _reporting(self, code: CodeType) -> Activation | None:
        """The running activation of a code that reports; None where it is none of ours."""
        top = self._stack[-1]
        if self._closing and not top.forwarding:
            # What it has let go of has ended before it goes on.
            self._settle_closing()
        if top.code is code:
            return top
        self._settle_closing()
        while self._stack[-1].forwarding and len(self._stack) > 1:
            self._end_silently()
        top = self._stack[-1]
        return top if top.code is code else None

    # -- exceptions thrown in ----------------------------------------------------------------

    def thrown(self, frame: FrameType, error: BaseException) -> None:
        """An exception is raised where a frame is suspended, by `throw` or by `close`."""
        reported = self._frames.of(frame, frame.f_code, self._stack[-1])
        if reported.active:
            # It comes from a subgenerator that it has left, or goes on after closing it: no hop.
            self._settle_closing()
            while self._stack[-1] is not reported:
                self._end_silently()
            reported.forwarding = False
            if not issubclass(type(error), StopIteration):
                # That of a subiterator becomes the value of the delegation (`delegated`).
                reported.iterator = None
            reported.down = None
            return
        closes = issubclass(type(error), GeneratorExit)
        # A task drives nothing but its own coroutine, so that all its delegators are on the way.
        is_linked = closes or self._stack[-1].code is None
        chain = self._chain_asked(reported)
        if not chain:
            chain = self._idle_chain(reported) if is_linked else self._chain_thrown_down(reported, frame)
        giver = self.settled(chain)
        site, _ = self._recorder.site(giver, frame)
        how = self._entry(giver, site, chain[0], type(error))
        self._bear_request(error, how.cause)
        value = self._recorder.value(error)
        if closes and how.kind == THROW and reported is not chain[0] and self._sending != self._none:
            # The GeneratorExit that is reported is one of close()'s own; the one thrown comes last.
            value = self._sending
        below = reported.down
        is_refused = not closes and below is not None and (below.finished or below.active)
        # What its subgenerator answers, which has ended before or runs already, may be another exception.
        thrown = self._sending if is_refused and self._sending != self._none else value
        self._throw_down(giver, site, chain, thrown, how)
        reported.forwarding = False
        reported.iterator = None
        if closes:
            self._close_below(reported)
            while self._stack[-1] is not reported:
                self._end_silently()
        elif is_refused and below is not None:
            line, via = reported.line, reported.down_via
            self._step(REFUSE, reported.id, below.id, value, line, via, behind(reported, line))
        reported.down = None

    def _chain_thrown_down(self, innermost: Activation, frame: FrameType) -> list[Activation]:
        """The delegators that an exception has come down through.

        They stand on Python's own stack, but for one that awaits an object of Python's own: that of a
        coroutine's `__await__`, or of an async generator's `asend`.
        """
        chain = [innermost]
        outer = frame.f_back
        while True:
            above = None if outer is None else self._frames.at(outer)
            if outer is not None and above is not None and not above.active and above.down is chain[-1]:
                outer = outer.f_back
            else:
                above = idle_delegator(chain[-1]) if _is_awaited(chain[-1]) else None
            if above is None:
                break
            chain.append(above)
        chain.reverse()
        return chain


def _is_awaited(callee: Activation) -> bool:
    return callee.facts is not None and callee.facts.kind != "generator"


def _raised_at(activation: Activation, error: BaseException) -> int:
    """The line at which an exception leaves a frame; the event's offset is that of a handler."""
    # What PEP 479 makes of a StopIteration has no traceback of its own.
    entry = _traceback_of(error) or (None if error.__cause__ is None else _traceback_of(error.__cause__))
    if activation.facts is None or not activation.facts.in_snippet or entry is None:
        return NOWHERE
    return entry.tb_lineno if entry.tb_frame.f_code is activation.code else activation.line


_traceback_of: Final[Callable[[BaseException], TracebackType | None]] = vars(BaseException)["__traceback__"].__get__
