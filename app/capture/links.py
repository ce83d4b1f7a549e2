"""The links between delegators and subgenerators, and the stack of those that run.

Invariants: `stack[-1]` runs, or forwards; an activation is active exactly while it is on the stack;
`a.down is b` exactly while `a` delegates to `b`, suspended or not. Several may delegate to one `b`;
`b.up` is the one that entered it last, None if that was no delegation.
"""

from types import CodeType
from typing import Final, NamedTuple

from app.capture.frames import Frames
from app.capture.guard import TooDeep
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder

THROW: Final = KIND["throw"]
CLOSE: Final = KIND["close"]
REFUSE: Final = KIND["refuse"]
YIELD: Final = KIND["yield"]
RAISE: Final = KIND["raise"]

VIA_THROW: Final = VIA["throw"]
VIA_CLOSE: Final = VIA["close"]
VIA_FINALIZER: Final = VIA["finalizer"]

NO_STEPS: Final = range(0)
"""The indexes of no steps."""


class Refusal(NamedTuple):
    """What will be refused if the next thing that happens is an exception: whatever has finished,
    runs already, or has not begun, cannot be entered."""

    asker: Activation
    receiver: int
    via: int


class Links:
    """Who runs, who delegates to whom, and what is on its way between them."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        self._recorder: Final = recorder
        self._frames: Final = frames
        self._stack: Final = recorder.stack
        self._step: Final = recorder.step
        self._none: Final = recorder.none
        self._stop: Final = recorder.text("StopIteration()")
        self._refusal: Refusal | None = None
        # What a call of `send` or `throw` is about to bring, the value on its way down a chain,
        # and the sends that carry it, one behind the other.
        self._sending = self._none
        self._descending = self._none
        self._sends = NO_STEPS
        # The value on its way up.
        self._ascending = self._none
        # What a call of `throw` enters.
        self._thrown_at: Activation | None = None
        # The codes of delegators that are known to pass on a value, or a resume, before they report
        # it: the next one last.
        self.passed: Final[list[CodeType]] = []
        self.resumed: Final[list[CodeType]] = []

    def enter(self, actor: Activation, since: int) -> None:
        """Something without a frame has got control: the loop, a handle, a task, a future."""
        actor.active = True
        actor.since = since
        self._stack.append(actor)

    def _receiver(self, giver: Activation) -> int:
        """Who gets what a frame gives that has just left the stack."""
        return self._stack[-1].id if giver.caller == NULL else giver.caller

    def _goes_on(self, receiver: Activation, given: int) -> None:
        """A task, which is no frame, has got something from its coroutine."""
        if receiver.code is None:
            receiver.since = given

    def _idle_chain(self, innermost: Activation) -> list[Activation]:
        """The suspended frames from the outermost delegator down to a suspended one."""
        chain = [innermost]
        while (above := idle_delegator(chain[-1])) is not None:
            chain.append(above)
        chain.reverse()
        return chain

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
        stack = self._stack
        stack.append(activation)
        if len(stack) > self._recorder.deepest:
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


def idle_delegator(callee: Activation) -> Activation | None:
    """The suspended frame that delegates to a suspended one, and entered it last."""
    above = callee.up
    is_idle = above is not None and not above.active and above.down is callee and not is_finalized(above)
    return above if is_idle else None


def is_finalized(activation: Activation) -> bool:
    """Whether a generator was finalized before, and ignored that."""
    return activation.collected and activation.via == VIA_FINALIZER
