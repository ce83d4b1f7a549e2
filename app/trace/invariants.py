"""What always holds in a trace: its steps can be made, one after the other.

The steps are replayed on a machine that keeps what they say of control: who runs and who entered
whom (`control`), which handle waits where, which task for what, and who is done. A step that the
machine cannot make breaks a rule, and is refused under the rule's name. FORMAT.md states the rules
("What always holds"), and `_MAKES` says which method makes which kind of step. They hold for every
prefix of a trace, because a run may be cut anywhere.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.trace.control import (
    CANCELLED,
    DONE,
    ENDED,
    PENDING,
    READY,
    RUNNING,
    TIMED,
    UNMADE,
    UNSCHEDULED,
    Broken,
    Control,
)
from app.trace.forms import FUTURES
from app.trace.rows import Actor, TraceError, Worded


class _ReadyQueues:
    """In which order handles run: first in, first out.

    A step does not say whose queue a handle enters: that shows when a loop runs it. So all handles
    have places in one order, and each loop has to keep it.
    """

    def __init__(self) -> None:
        self._places: Final[dict[int, int]] = {}
        self._latest: Final[dict[int, int]] = {}
        # By loop, how many had entered when the first handle of its iteration was run: no other
        # runs in it. None until then.
        self._horizons: Final[dict[int | None, int | None]] = {}
        self._due: Final[dict[int | None, float]] = {}
        # When another thread has put them there is known too late to say in which iteration.
        self._by_threads: Final[set[int]] = set()

    def enter(self, handle: int, *, by_thread: bool) -> None:
        """A handle enters the queue of some loop."""
        self._places[handle] = len(self._places)
        if by_thread:
            self._by_threads.add(handle)

    def begin(self, loop: int) -> None:
        """A loop begins an iteration."""
        self._horizons[loop] = None
        self._due[loop] = -math.inf

    def take_timer(self, loop: int | None, due: float) -> None:
        """A loop finds that a timer is due, by its own clock."""
        if self._horizons.get(loop, 0) is not None:
            raise Broken("timer", "no loop is at the beginning of an iteration")
        if not due >= self._due[loop]:
            raise Broken("timer", f"it is due at {due} s, and comes after one that is due at {self._due[loop]} s")
        self._due[loop] = due

    def run(self, loop: int, handle: int) -> None:
        """A loop takes a handle out of its queue."""
        horizon = self._horizons.get(loop, 0)
        if horizon is None:
            horizon = self._horizons[loop] = len(self._places)
        place = self._places[handle]
        if place < self._latest.get(loop, 0):
            raise Broken("ready queue", "one that came after it has run before it")
        if place >= horizon and handle not in self._by_threads:
            raise Broken("ready queue", "it came in this iteration, and has to wait for the next")
        self._latest[loop] = place


class _Machine(Control):
    """Makes the steps of event loops, tasks and futures, too."""

    def __init__(self, actors: Sequence[Actor], steps: Worded) -> None:
        super().__init__(actors, steps)
        self._queues: Final = _ReadyQueues()
        # Where on the stack each loop was put when it began to run.
        self._depths: Final[dict[int, int]] = {}
        # The step that put a handle among the timers or into the queue, or by which a future was done.
        self._since: Final[dict[int, int]] = {}
        # The future that each task waits for.
        self._waits: Final[dict[int | None, int]] = {}

    # -- the event loop ----------------------------------------------------------------------

    def tick(self, at: int, loop: int, _: None) -> None:
        """An iteration begins, perhaps the first since the loop runs."""
        stack = self._stack
        while self._silent[stack[-1]] and stack[-1] != loop:
            self._pop()
        if stack[-1] != loop:
            if self._runs(loop):
                raise Broken("control", f"{self._name(loop)} runs already, and now {self._name(stack[-1])} does")
            self._push(loop)
            self._depths[loop] = len(stack) - 1
        self._give(at, loop)
        self._queues.begin(loop)

    def _runs(self, loop: int) -> bool:
        depth = self._depths.get(loop, 0)
        return depth < len(self._stack) and self._stack[depth] == loop

    def schedule(self, at: int, giver: int | None, handle: int) -> None:
        """A handle comes among the timers, or into a ready queue."""
        via, actor = self._vias[at], self._actors[handle]
        if giver is None:
            # Traces had `callback` where another thread asked for one, before there was a word for that.
            if via not in ("thread", "callback"):
                raise Broken("control", "nobody asks for it, not even another thread")
        elif (actor.role, actor.of) != ("step", giver):
            # A task is said to ask for its own steps, whichever function does so on its behalf.
            self._give(at, giver)
        if via == "timer due":
            self._become(handle, READY, "handle", TIMED)
            self._queues.take_timer(giver, _seconds(self._values[self._since[handle]]))
            self._check_cause(at, self._since[handle])
        else:
            self._become(handle, TIMED if via == "timer" else READY, "handle", UNSCHEDULED)
            self._check_turn(giver, actor)
        if via == "done callback":
            self._check_done(at, giver)
        if via != "timer":
            self._queues.enter(handle, by_thread=giver is None)
        self._since[handle] = at

    def _check_turn(self, giver: int | None, handle: Actor) -> None:
        """What a task waits for asks for its wakeup, and no other future or task does.

        The task itself does where the future was done before, a function where one of the snippet's
        stands between, and nobody in another thread. The future is not known where the snippet made
        something that only behaves like one.
        """
        if handle.role == "wakeup" and giver is not None and self._actors[giver].kind in FUTURES:
            future = self._waits.pop(handle.of, giver)
            if giver not in (future, handle.of):
                raise Broken("wait", f"{self._name(handle.of)} waits for {self._name(future)}")

    def _check_done(self, at: int, future: Any) -> None:
        self._check_state(future, "done", DONE)
        self._check_cause(at, self._since[future])

    def unschedule(self, at: int, giver: int, handle: int) -> None:
        """A handle is cancelled."""
        self._give(at, giver)
        self._become(handle, CANCELLED, "handle", TIMED, READY)

    def run(self, at: int, giver: int, handle: int) -> None:
        """A handle is run by the loop in whose queue it is; or by hand, wherever it is."""
        self._give(at, giver)
        if self._actors[giver].kind == "loop":
            self._become(handle, RUNNING, "handle", READY)
            self._queues.run(giver, handle)
        else:
            self._become(handle, RUNNING, "handle", UNSCHEDULED, TIMED, READY)
        self._check_cause(at, self._since.get(handle))
        self._push(handle)

    def ran(self, at: int, handle: int, receiver: int) -> None:
        """A handle has been run, and never is again."""
        self._leave(at, handle, receiver, ENDED)

    # -- tasks and futures -------------------------------------------------------------------

    def spawn(self, at: int, giver: int, task: int) -> None:
        """A task is made: it asks for its first step, or takes it at once."""
        self._give(at, giver)
        self._become(task, PENDING, "made", UNMADE)
        self._push(task)

    def wait(self, at: int, task: int, future: int) -> None:
        """A task waits for a future, of which another function may take note on its behalf."""
        self._check_state(task, "done", PENDING)
        self._waits[task] = future

    def settle(self, at: int, giver: int, future: int) -> None:
        """A future is done, and schedules its callbacks."""
        self._give(at, giver)
        self._become(future, DONE, "done", PENDING)
        self._since[future] = at
        self._push(future)

    def cancel(self, at: int, giver: int, future: int) -> None:
        """A future is to be cancelled; a task hands that on to what it waits for."""
        self._give(at, giver)
        self._check_state(future, "done", PENDING)
        self._push(future)


def _seconds(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise Broken("timer", "its due time is no number of seconds") from None


_MAKES: Final[Mapping[str, Callable[[_Machine, int, Any, Any], None]]] = {
    "create": _Machine.create,
    "send": _Machine.enter,
    "throw": _Machine.enter,
    "close": _Machine.enter,
    "yield": _Machine.suspend,
    "return": _Machine.end,
    "raise": _Machine.end,
    "tick": _Machine.tick,
    "schedule": _Machine.schedule,
    "unschedule": _Machine.unschedule,
    "run": _Machine.run,
    "ran": _Machine.ran,
    "spawn": _Machine.spawn,
    "wait": _Machine.wait,
    "settle": _Machine.settle,
    "cancel": _Machine.cancel,
    "call": _Machine.call,
    "exit": _Machine.exit,
    "print": _Machine.remark,
    "refuse": _Machine.refuse,
    "abandon": _Machine.abandon,
    "note": _Machine.remark,
}


def check_invariants(actors: Sequence[Actor], steps: Worded) -> None:
    """Raise TraceError at the first step that cannot be made; each has the form of its kind."""
    if actors and actors[0].kind != "module":
        raise TraceError("actors", "the first is not the module, which is the first to run")
    machine = _Machine(actors, steps)
    at = 0
    try:
        for at, (kind, giver, receiver) in enumerate(zip(steps["kind"], steps["from"], steps["to"], strict=True)):
            _MAKES[kind](machine, at, giver, receiver)
    except Broken as broken:
        raise TraceError(broken.rule, f"step {at}, {steps['kind'][at]}: {broken}") from None
