"""Plain calls, and the subiterators that have no frame of their own but are known by their calls.

PEP 380 calls `next`, `send`, `throw` and `close` of a subiterator. Where that is a generator, its
frame is reported; where it is a list's iterator, nothing is, and its answers are told from what its
delegator does next; where it is an instance of one's own class, its methods are functions of the
snippet.
"""

from collections.abc import Callable, Sequence
from types import CodeType, CoroutineType, FrameType
from typing import Any, Final

from app.capture.chains import Chains
from app.capture.codes import NOWHERE, Code
from app.capture.frames import FRAME_OF, Frames
from app.capture.guard import getframe
from app.capture.links import CLOSE, RAISE, REFUSE, THROW, YIELD, Refusal
from app.capture.quirks import ASYNC_GENERATOR_AWAITABLES, COROUTINE_WRAPPER
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder, behind
from app.capture.subiterators import Subiterator
from app.trace.document import Actor

SEND: Final = KIND["send"]
_RETURN: Final = KIND["return"]
CALL: Final = KIND["call"]
_EXIT: Final = KIND["exit"]

_VIA_CALL: Final = VIA["call"]
_VIA_EXCEPTION: Final = VIA["exception"]
VIA_YIELD: Final = VIA["yield"]
VIA_ITERATION: Final = VIA["iteration"]

_GIVES_SUBITERATOR: Final = (".__iter__", ".__await__")
_SENT_BY: Final = frozenset({"__next__", "send"})
_ENTERED_BY: Final = {"throw": THROW, "close": CLOSE}


class Calls(Chains):
    """Turns calls of functions, and delegation to what has no frame, into steps."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        super().__init__(recorder, frames)
        # Which suspended frame delegates to the object with this id, which that frame keeps alive.
        self._delegators: Final[dict[int, Activation]] = {}
        self._sleep: int | None = None

    # -- plain calls -------------------------------------------------------------------------

    def _call(self, facts: Code, frame: FrameType) -> None:
        name = facts.code.co_name
        self._refusal = None
        delegator = self._delegator_of(frame) if name in _ENTERED_BY else None
        chain = [] if delegator is None else self._chain_asked(delegator) or self._idle_chain(delegator)
        top = self.settled(chain)
        site, direct = self._recorder.site(top, frame)
        caller, line = top.id, NOWHERE if site is None else site.line
        cause = behind(top, line)
        entry = CALL
        if delegator is not None and delegator.iterator is not None:
            entry = _ENTERED_BY[name]
            caller, line = delegator.iterator.actor, NOWHERE
            cause = self._thrown_on(top, chain, delegator.iterator, frame, entry)
        elif direct and name in _SENT_BY and site is not None and site.delegates and top.iterator is not None:
            if name == "send" and self._descending == self._none:
                self._descending = self._frames.argument(frame, 1)
                self._carry(self._descending)
            caller, line = self._asked(top, top.iterator), NOWHERE
            cause = top.iterator.since
            if not top.iterator.iterates:
                entry = SEND
                top.iterator.identity = self._frames.identity(frame)
                self._delegators[top.iterator.identity] = top
        elif direct and site is not None and site.delegates and top.iterator is not None and top.iterator.iterates:
            # The function that `map` was given, for one.
            caller, line = self._asked(top, top.iterator), NOWHERE
            cause = top.iterator.since
        self._sending = self._none
        function = self._frames.call(facts)
        function.caller = caller
        since = self._step(CALL, caller, function.id, self._frames.arguments(frame, facts), line, _VIA_CALL, cause)
        self._push(function, CALL, since)
        # What it answers: its caller alone, or a chain that it was entered through.
        function.answers = entry

    def _function_returned(self, function: Activation, result: Any, value: int, line: int) -> None:
        self._step(_EXIT, function.id, function.caller, value, line, _VIA_CALL)
        self._release(function)
        delegator = self._stack[-1]
        iterator = delegator.iterator
        if iterator is None:
            return
        if function.answers == CALL:
            if not iterator.entered and function.name.endswith(_GIVES_SUBITERATOR):
                # The subiterator is not what was delegated to, but what that gives for itself.
                self.delegating(result, iterator.via)
            return
        if function.answers == SEND:
            # Now, before anything that the function let go of is finalized.
            self._step(YIELD, iterator.actor, delegator.id, value, NULL, VIA_YIELD)
            iterator.answered = True
        elif function.answers == THROW:
            self._ascending = value
            self._step(YIELD, iterator.actor, delegator.id, value, NULL, VIA_YIELD)
            self._pass_up(delegator, delegator.line, iterator.via)
        else:
            # The delegator, which still forwards, goes on with its own GeneratorExit.
            self._step(_RETURN, iterator.actor, delegator.id, value, NULL, iterator.via)
            delegator.iterator = None

    def _function_failed(self, function: Activation, error: BaseException, line: int) -> None:
        value = self._recorder.value(error)
        self._step(_EXIT, function.id, function.caller, value, line, _VIA_EXCEPTION)
        self._release(function)
        delegator = self._stack[-1]
        iterator = delegator.iterator
        if function.answers == CALL or iterator is None:
            return
        if function.answers == SEND and issubclass(type(error), StopIteration):
            result = self._recorder.value(_stop_value(error))
            self._step(_RETURN, iterator.actor, delegator.id, result, NULL, iterator.via)
            delegator.iterator = None
        elif function.answers == THROW and issubclass(type(error), StopIteration):
            # The delegation ends with its value (`delegated`), and the delegator runs on.
            delegator.forwarding = False
        else:
            self._step(RAISE, iterator.actor, delegator.id, value, NULL, iterator.via)
            delegator.iterator = None

    def _release(self, function: Activation) -> None:
        function.active = False
        self._frames.release(function)

    def slept(self, seconds: float, sleep: Callable[[], None]) -> None:
        """`time.sleep` is called: a plain call, and all that happens in it is that time goes by."""
        giver = self.settled()
        line = self._recorder.where(giver)
        if self._sleep is None:
            self._sleep = self._recorder.actor(Actor("function", "time.sleep", home="stdlib"))
        self._step(CALL, giver.id, self._sleep, self._recorder.value(seconds), line, _VIA_CALL, behind(giver, line))
        sleep()
        self._step(_EXIT, self._sleep, giver.id, self._none, NULL, _VIA_CALL)

    def asked_of_sandbox(self, what: str, error: BaseException) -> None:
        """Something was asked for that does not exist in the sandbox, at a line of the snippet."""
        asker = self.settled()
        culprit = next(activation for activation in reversed(self._stack) if _is_of_snippet(activation))
        value = self._recorder.value(error)
        self._step(REFUSE, asker.id, NULL, value, self._recorder.where(culprit), VIA[what])

    # -- subiterators without a frame --------------------------------------------------------

    def delegating(self, subject: Any, via: int) -> None:
        """The running frame is about to delegate to `subject`."""
        top = self._stack[-1]
        kind = type(subject)
        self._refusal = top.iterator = None
        if kind in FRAME_OF:
            activation = self._frames.known(subject)
            if activation is None:
                refused = self._frames.actor_of(subject)
            else:
                is_awaited = activation.started and kind is CoroutineType
                refused = activation.id if is_awaited or activation.active else None
            if refused is not None:
                # It cannot be delegated to, as it has finished or is in use.
                self._refusal = Refusal(top, refused, via)
        elif kind is not COROUTINE_WRAPPER and kind not in ASYNC_GENERATOR_AWAITABLES:
            top.iterator = Subiterator(subject, via)

    def delegated(self, value: Any) -> None:
        """The delegation of the running frame has ended with a value."""
        top = self.settled()
        if self._refusal is not None:
            # A generator that has finished: the expansion's next() raises StopIteration at once.
            self._refused(self._stop)
        if top.iterator is not None:
            self._answered(top, top.iterator, _RETURN, self._recorder.value(value), top.iterator.via)
            top.iterator = None

    def raised(self, code: CodeType, offset: int, error: BaseException) -> None:
        """An exception is raised in a frame; where that delegates, its subiterator raised it."""
        top = self._stack[-1]
        if self._refusal is not None and top.code is code:
            if self._refusal.asker is top:
                self._refused(self._recorder.value(error))
                return
            self._refusal = None
        iterator = top.iterator
        if iterator is None or top.facts is None or top.code is not code or issubclass(type(error), StopIteration):
            return
        top.iterator = None
        # It was to be sent a value, which it has no method for: nobody has asked it.
        has_no_send = iterator.asked and iterator.entered and not iterator.receives and self._descending != self._none
        if top.facts.site(offset).delegates and not has_no_send:
            self._answered(top, iterator, RAISE, self._recorder.value(error), iterator.via)

    def collected(self, activation: Activation) -> None:
        """A generator that has not finished is about to be finalized: perhaps by a subiterator that drops what it
        iterates over, as `islice` does at its end, and that has been asked for that end."""
        top = self._stack[-1]
        iterator = top.iterator
        if iterator is not None and iterator.iterates and iterator.asked and not top.forwarding:
            site, _ = self._recorder.site(top, getframe())
            if self._garbage is None and site is not None and site.delegates:
                self._asked(top, iterator)
        super().collected(activation)

    def _answered(self, delegator: Activation, iterator: Subiterator, kind: int, value: int, via: int) -> None:
        actor = self._asked(delegator, iterator)
        if iterator.answered:
            iterator.answered = False
            return
        self._step(kind, actor, delegator.id, value, NULL, via)

    def _asked(self, delegator: Activation, iterator: Subiterator) -> int:
        """Write the send to a subiterator, once for each time its delegator is resumed."""
        actor = iterator.appear(self._recorder)
        if iterator.asked:
            iterator.asked = False
            delegator.line = self._recorder.where(delegator)
            value = self._descending if iterator.entered else self._none
            cause = behind(delegator, delegator.line)
            iterator.since = self._step(SEND, delegator.id, actor, value, delegator.line, iterator.via, cause)
        iterator.entered = True
        return actor

    def _thrown_on(
        self, giver: Activation, chain: Sequence[Activation], iterator: Subiterator, frame: FrameType, kind: int
    ) -> int:
        """An exception, or a close, has come down a suspended chain to a subiterator's own method.

        Returns the step by which it got there.
        """
        delegator = chain[-1]
        site, _ = self._recorder.site(giver, frame)
        value = self._frames.argument(frame, 1) if self._sending == self._none else self._sending
        closes = kind == CLOSE
        error = GeneratorExit if closes else BaseException
        self._throw_down(giver, site, chain, value, self._entry(giver, site, chain[0], error))
        iterator.asked = False
        thrown, line = NULL if closes else value, delegator.line
        return self._step(kind, delegator.id, iterator.actor, thrown, line, iterator.via, behind(delegator, line))

    def _delegator_of(self, frame: FrameType) -> Activation | None:
        """The suspended frame that delegates to the object whose method begins."""
        identity = self._frames.identity(frame)
        delegator = self._delegators.get(identity)
        if delegator is None or delegator.active or delegator.iterator is None:
            return None
        return delegator if delegator.iterator.identity == identity else None

    def _carry(self, value: int) -> None:
        """Every send on the way down to here carried this value."""
        for at in self._sends:
            self._recorder.journal.set_value(at, value)


_stop_value: Final[Callable[[BaseException], Any]] = vars(StopIteration)["value"].__get__


def _is_of_snippet(activation: Activation) -> bool:
    return activation.facts is not None and activation.facts.in_snippet
