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

from app.capture.chains import CLOSE, RAISE, Chains
from app.capture.codes import NOWHERE, Code, Site
from app.capture.frames import Frames
from app.capture.preview import class_name
from app.capture.quirks import BOXED_TYPE
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder, Subiterator
from app.trace.document import Actor

_SEND: Final = KIND["send"]
_THROW: Final = KIND["throw"]
_YIELD: Final = KIND["yield"]
_RETURN: Final = KIND["return"]
_CALL: Final = KIND["call"]
_EXIT: Final = KIND["exit"]

_VIA_SEND: Final = VIA["send"]
_VIA_THROW: Final = VIA["throw"]
_VIA_CLOSE: Final = VIA["close"]
_VIA_FINALIZER: Final = VIA["finalizer"]
_VIA_EXCEPTION: Final = VIA["exception"]
_VIA_CALL: Final = VIA["call"]
_VIA_YIELD: Final = VIA["yield"]

_CLOSING: Final = frozenset({_VIA_CLOSE, VIA["with"]})
"""The ways by which a GeneratorExit comes that is asked for."""

BEHIND_THE_GUARD: Final = 2
"""How far from a method that handles an event the frame is that reports it (`guard`)."""


class Delegation(Chains):
    """Turns the events of frames into steps; each method is named after its event."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        super().__init__(recorder, frames)
        self._none: Final = recorder.none
        # What `sending` saw, the value on its way down a chain, and the sends that carry it.
        self._sending = self._none
        self._descending = self._none
        self._sends: list[int] = []
        # The value on its way up a chain, and that of a boxed yield.
        self._ascending = self._none
        self._boxed = self._none
        self._sleep: int | None = None

    # -- entering ----------------------------------------------------------------------------

    def start(self, facts: Code, frame: FrameType) -> None:
        """A frame begins: a function's, or a generator's that is resumed for the first time."""
        facts.has_run = True
        if facts.is_generator:
            self._enter(self._frames.begins(frame, facts.code, self._stack[-1]), frame)
        else:
            self._call(facts, frame)

    def resume(self, code: CodeType, offset: int) -> None:
        """A suspended frame goes on."""
        top = self._stack[-1]
        callee = top.down
        if callee is None or callee.code is not code or callee.active:
            frame = sys._getframe(BEHIND_THE_GUARD)
            self._enter(self._frames.of(frame, code, top), frame)
            return
        # A delegator that is resumed goes straight on to its subgenerator.
        self._sends.append(self._step(_SEND, top.id, callee.id, self._descending, top.line, callee.via))
        self._push(callee, _SEND)

    def _enter(self, callee: Activation, frame: FrameType) -> None:
        top = self.settled()
        site, direct = self._recorder.site(top, frame)
        if site is None:
            # A task's step, or a callback: the activation that drives it knows how.
            callee.via = top.via
        else:
            top.line = site.line
            callee.via = site.via
        self._unlink(callee)
        if site is not None and site.delegates:
            top.down, callee.up, top.iterator = callee, top, None
        # The first thing a delegator does is next(): only a call of send, and the awaiting of
        # what asend returned, bring a value.
        brings = direct and site is not None and (site.via == _VIA_SEND or _is_async_generator(callee))
        self._descending = self._sending if brings else self._none
        self._sending = self._none
        self._sends = [self._step(_SEND, top.id, callee.id, self._descending, top.line, callee.via)]
        self._push(callee, _SEND)

    def sending(self, value: Any) -> None:
        """The argument of a call of `send` or `throw` is known."""
        if issubclass(type(value), type) and issubclass(value, BaseException):
            self._sending = self._recorder.text(f"{class_name(value)}()")
        else:
            self._sending = self._recorder.value(value)

    def call_returned(self) -> None:
        """A call has returned: what it was to send is sent, or never will be."""
        self._sending = self._none

    def received(self, value: Any) -> None:
        """A `yield` received a value, and with it every delegator that it came through."""
        if value is not None and self._descending == self._none:
            self._carry(self._recorder.value(value))
        self._sends = []

    def _carry(self, value: int) -> None:
        """Every send on the way down to here carried this value."""
        for at in self._sends:
            self._recorder.journal.set_value(at, value)

    # -- leaving -----------------------------------------------------------------------------

    def given(self, value: Any) -> None:
        """An async generator is about to yield a value, which its frame's yield will box."""
        self._boxed = self._recorder.value(value)

    def yielded(self, code: CodeType, offset: int, value: Any) -> None:
        """A frame is suspended with a value: of its own `yield`, or passed up through a delegation.

        `via` says which, and that is all there is to tell them apart by.
        """
        giver = self._reporting(code)
        if giver is None:
            return
        line = giver.line = giver.lines[offset >> 1]
        boxed = type(value) is BOXED_TYPE
        via = _VIA_YIELD
        if boxed:
            self._ascending = self._boxed
        elif giver.down is not None:
            via = giver.down.via
        else:
            self._ascending = self._recorder.value(value)
            if giver.iterator is not None:
                via = giver.iterator.via
                self._answered(giver, giver.iterator, _YIELD, self._ascending, _VIA_YIELD)
        stack = self._stack
        while True:
            stack.pop()
            giver.active = giver.forwarding = False
            receiver = stack[-1]
            self._step(_YIELD, giver.id, receiver.id, self._ascending, line, via)
            if boxed:
                # The value ends here: the awaiting frame takes it, and runs on.
                self._unlink(giver)
                receiver.forwarding = False
                return
            # After a close, a yield is answered by a RuntimeError at the closer.
            if not receiver.forwarding or giver.entry == CLOSE:
                return
            via = giver.via
            giver, line = receiver, receiver.line

    def returned(self, code: CodeType, offset: int, value: Any) -> None:
        """A frame has finished with a value."""
        giver = self._reporting(code)
        if giver is None:
            return
        self._stack.pop()
        line = giver.lines[offset >> 1]
        index = self._recorder.value(value)
        if giver.entry == _CALL:
            self._step(_EXIT, giver.id, giver.caller, index, line, _VIA_CALL)
            self._released(giver)
        else:
            receiver = self._stack[-1]
            self._step(_RETURN, giver.id, receiver.id, index, line, giver.via)
            self._finish(giver)
            receiver.forwarding = False

    def unwound(self, code: CodeType, offset: int, error: BaseException) -> None:
        """An exception has left a frame, which is finished."""
        giver = self._reporting(code)
        if giver is None:
            return
        self._stack.pop()
        line = _raised_at(giver, error)
        index = self._recorder.value(error)
        if giver.entry == _CALL:
            self._step(_EXIT, giver.id, giver.caller, index, line, _VIA_EXCEPTION)
            self._released(giver)
        else:
            self._step(RAISE, giver.id, self._stack[-1].id, index, line, giver.via)
            self._finish(giver)

    def _reporting(self, code: CodeType) -> Activation | None:
        """The running activation of a code that reports; None where it is none of ours."""
        top = self._stack[-1]
        if top.code is code:
            return top
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
            while self._stack[-1] is not reported:
                self._end_silently()
            reported.forwarding = False
            self._unlink(reported.down)
            return
        giver = self.settled(reported)
        closes = issubclass(type(error), GeneratorExit)
        chain = self._idle_chain(reported)
        site, _ = self._recorder.site(giver, frame)
        line = giver.line if site is None else site.line
        giver.line = line
        kind, chain[0].via = self._entered_by(giver, site, chain[0], closes=closes)
        if site is not None and site.delegates:
            # `await` on what an async generator's athrow() or aclose() returned.
            giver.down, chain[0].up = chain[0], giver
        value = self._recorder.value(error)
        if closes and kind == _THROW and reported is not chain[0] and self._sending != self._none:
            # The GeneratorExit that is reported is one of close()'s own; the one thrown comes last.
            value = self._sending
        self._sending = self._none
        for callee in chain:
            given = value if kind == _THROW else NULL
            self._step(kind, giver.id, callee.id, given, giver.line, callee.via)
            self._push(callee, kind)
            callee.forwarding = callee is not reported
            giver = callee
            # PEP 380: GeneratorExit is not thrown on into a subiterator, which is closed instead.
            kind = CLOSE if closes else _THROW
        reported.iterator = None
        if closes:
            self._close_below(reported)
        self._unlink(reported.down)

    def _entered_by(
        self, giver: Activation, site: Site | None, outermost: Activation, *, closes: bool
    ) -> tuple[int, int]:
        """The kind of step that entered the outermost frame of a chain, and via what."""
        if outermost in self._closing:
            self._closing.remove(outermost)
            return CLOSE, _VIA_FINALIZER if outermost.collected else _VIA_CLOSE
        if site is None:
            return _THROW, giver.via
        if not closes or site.via == _VIA_THROW:
            return _THROW, site.via
        return CLOSE, site.via if site.delegates or site.via in _CLOSING else _VIA_FINALIZER

    # -- subiterators without a frame --------------------------------------------------------

    def delegating(self, subject: Subiterator | None) -> None:
        """The running frame is about to delegate: to `subject`, where that has no frame."""
        self._stack[-1].iterator = subject

    def delegated(self, value: Any) -> None:
        """The delegation of the running frame has ended with a value."""
        top = self.settled()
        if top.iterator is not None:
            self._answered(top, top.iterator, _RETURN, self._recorder.value(value), top.iterator.via)
            top.iterator = None

    def raised(self, code: CodeType, offset: int, error: BaseException) -> None:
        """An exception is raised in a frame; where that delegates, its subiterator raised it."""
        top = self._stack[-1]
        iterator = top.iterator
        if iterator is None or top.facts is None or top.code is not code or issubclass(type(error), StopIteration):
            return
        top.iterator = None
        has_no_send = iterator.entered and not iterator.receives and self._descending != self._none
        if top.facts.site(offset).delegates and not has_no_send:
            self._answered(top, iterator, RAISE, self._recorder.value(error), iterator.via)

    def _answered(self, delegator: Activation, iterator: Subiterator, kind: int, value: int, via: int) -> None:
        actor = self._asked(delegator, iterator)
        self._step(kind, actor, delegator.id, value, NULL, via)

    def _asked(self, delegator: Activation, iterator: Subiterator) -> int:
        """Write the send to a subiterator, once for each time its delegator is resumed."""
        actor = iterator.appear(self._recorder)
        if iterator.asked:
            iterator.asked = False
            delegator.line = self._recorder.where(delegator)
            value = self._descending if iterator.entered else self._none
            self._step(_SEND, delegator.id, actor, value, delegator.line, iterator.via)
        iterator.entered = True
        return actor

    # -- plain calls -------------------------------------------------------------------------

    def _call(self, facts: Code, frame: FrameType) -> None:
        top = self.settled()
        site, direct = self._recorder.site(top, frame)
        caller, line = top.id, NULL if site is None else site.line
        if direct and site is not None and site.delegates and top.iterator is not None:
            # PEP 380 calls a method of the subiterator, which runs in this frame.
            if self._descending == self._none and facts.code.co_name == "send":
                self._descending = self._frames.argument(frame, 1)
                self._carry(self._descending)
            caller, line = self._asked(top, top.iterator), NULL
        self._sending = self._none
        function = self._frames.call(facts)
        function.caller = caller
        self._step(_CALL, caller, function.id, self._frames.arguments(frame), line, _VIA_CALL)
        self._push(function, _CALL)

    def slept(self, seconds: float, sleep: Callable[[], None]) -> None:
        """`time.sleep` is called: a plain call, and all that happens in it is that time goes by."""
        giver = self.settled()
        line = self._recorder.where(giver)
        if self._sleep is None:
            self._sleep = self._recorder.actor(Actor("function", "time.sleep", home="stdlib"))
        self._step(_CALL, giver.id, self._sleep, self._recorder.value(seconds), line, _VIA_CALL)
        sleep()
        self._step(_EXIT, self._sleep, giver.id, self._none, NULL, _VIA_CALL)

    def _released(self, function: Activation) -> None:
        function.active = False
        self._frames.release(function)


def _raised_at(activation: Activation, error: BaseException) -> int:
    """The line at which an exception leaves a frame; the event's offset is that of a handler."""
    entry = _traceback_of(error)
    if activation.facts is None or not activation.facts.in_snippet or entry is None:
        return NOWHERE
    return entry.tb_lineno if entry.tb_frame.f_code is activation.code else activation.line


_traceback_of: Final[Callable[[BaseException], TracebackType | None]] = vars(BaseException)["__traceback__"].__get__


def _is_async_generator(activation: Activation) -> bool:
    return activation.facts is not None and activation.facts.kind == "async generator"
