"""Who runs, who is suspended and who has ended: the frames of a trace, replayed step by step.

Frames and handles are entered and left by steps. Event loops, tasks and futures are Python code of
asyncio's that is not recorded: steps tell where they begin to act, and none where they cease to. So
they act *silently*: they are on the stack from the step that sets them going (the `tick` of a loop,
what makes or cancels a task or settles a future, the first step of a task's own) until somebody
below them gives.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from app.trace import vocabulary
from app.trace.forms import FUTURES, GENERATORS, REMARKS
from app.trace.rows import Actor, Worded

_SILENT: Final = FUTURES | {"loop"}

# What an actor is, from one step to the next.
UNMADE: Final = "not made yet"
SUSPENDED: Final = "suspended"
RUNNING: Final = "running"
ENDED: Final = "at its end"
PENDING: Final = "pending"
DONE: Final = "done"
UNSCHEDULED: Final = "not scheduled"
TIMED: Final = "among the timers"
READY: Final = "in the ready queue"
CANCELLED: Final = "cancelled"

_AT_FIRST: Final[Mapping[str, str]] = {
    **dict.fromkeys(vocabulary.ACTOR_KINDS, SUSPENDED),
    **dict.fromkeys(GENERATORS, UNMADE),
    "module": RUNNING,
    "task": UNMADE,
    "future": PENDING,
    "handle": UNSCHEDULED,
}
_BROKEN_BY_ENTERING: Final[Mapping[str, str]] = {UNMADE: "made", RUNNING: "running", ENDED: "ended"}

_SHOWN_OF_A_NAME: Final = 60


class Broken(Exception):
    """A step cannot be made. `rule` is the rule it breaks, the message says how."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class _Resumed(NamedTuple):
    """A delegator was resumed by the step `at`, while its subgenerator is suspended."""

    delegator: int
    subgenerator: int
    at: int


class Control:
    """Makes steps: each method takes the index of one, its giver and its receiver, and raises Broken."""

    def __init__(self, actors: Sequence[Actor], steps: Worded) -> None:
        self._actors: Final = actors
        self._kinds: Final = steps["kind"]
        self._givers: Final = steps["from"]
        self._receivers: Final = steps["to"]
        self._values: Final = steps["value"]
        self._tasks: Final = steps["task"]
        self._vias: Final = steps["via"]
        self._causes: Final = steps["cause"]
        self._silent: Final = [actor.kind in _SILENT for actor in actors]
        self._states: Final = [_AT_FIRST[actor.kind] for actor in actors]
        # By which `via` a frame was entered.
        self._ways_in: Final[list[str | None]] = [None] * len(actors)
        # Who runs, outermost first, and for each of them the task in whose step that is.
        self._stack: Final[list[int]] = [0]
        self._stepping: Final[list[int | None]] = [None]
        # What each suspended delegator delegates to.
        self._subgenerators: Final[dict[int, int]] = {}
        self._resumed: _Resumed | None = None

    # -- who gives ---------------------------------------------------------------------------

    def _give(self, at: int, giver: int) -> None:
        """Who gives is who runs: what acted silently above it has ceased to."""
        stack = self._stack
        while stack[-1] != giver and self._silent[stack[-1]]:
            self._pop()
        if stack[-1] != giver or self._tasks[at] != self._stepping[-1]:
            self._begin_step(at, giver)
        if self._resumed is not None:
            self._hand_on(at, giver, self._resumed)
        cause = self._causes[at]
        if cause is not None:
            self._check_behind(cause, giver)

    def _begin_step(self, at: int, giver: int) -> None:
        """A task begins a step of its own, as its first step there tells; nobody else begins so."""
        top, task = self._stack[-1], self._stepping[-1]
        if self._tasks[at] != giver:
            if top == giver:
                raise Broken("task", f"it is in a step of {self._name(task)}, not of {self._name(self._tasks[at])}")
            raise Broken("control", f"{self._name(giver)} gives while {self._name(top)} runs")
        # One step ends before another begins, but for an eager task's first, and where the handle of
        # another loop is run.
        if task is not None and top != giver and self._actors[top].kind != "handle":
            raise Broken("control", f"{self._name(giver)} makes a step in one of {self._name(task)}")
        self._push(giver)
        self._stepping[-1] = giver

    def _check_behind(self, cause: int, giver: int) -> None:
        """A cause brought control to the giver, to its handle, or to a function that took up its step."""
        receiver = self._receivers[cause]
        if receiver == giver or (receiver is not None and self._actors[receiver].of == giver):
            return
        if self._silent[giver] and receiver == self._stack[-2]:
            return
        # But behind a cancellation is who asked for it, and a loop calls its exception handler
        # because of what others do.
        if self._kinds[cause] != "cancel" and self._actors[giver].kind != "loop":
            raise Broken("cause", f"step {cause} brought no control to {self._name(giver)}")

    def _check_cause(self, at: int, cause: int | None) -> None:
        if self._causes[at] not in (None, cause):
            raise Broken("cause", f"it is caused by step {cause}, not by step {self._causes[at]}")

    def _push(self, actor: int) -> None:
        self._stack.append(actor)
        self._stepping.append(self._stepping[-1])

    def _pop(self) -> None:
        self._stack.pop()
        self._stepping.pop()

    def _become(self, actor: int, state: str, rule: str, *before: str) -> None:
        self._check_state(actor, rule, *before)
        self._states[actor] = state

    def _check_state(self, actor: int, rule: str, *states: str) -> None:
        if self._states[actor] not in states:
            broken = "made" if self._states[actor] is UNMADE else rule
            raise Broken(broken, f"{self._name(actor)} is {self._states[actor]}")

    def _name(self, actor: int | None) -> str:
        # A name is of the snippet's making: of any length, and with any character in it.
        return "nobody" if actor is None else f"{self._actors[actor].name[:_SHOWN_OF_A_NAME]!r} (actor {actor})"

    # -- frames ------------------------------------------------------------------------------

    def create(self, at: int, giver: int, receiver: int) -> None:
        """A generator is made."""
        self._give(at, giver)
        self._become(receiver, SUSPENDED, "made", UNMADE)

    def enter(self, at: int, giver: int, receiver: int) -> None:
        """A `send`, `throw` or `close`."""
        self._give(at, giver)
        via = self._vias[at]
        if via == "task step":
            self._check_task_step(giver, receiver)
        state = self._states[receiver]
        if state is not SUSPENDED:
            raise Broken(_BROKEN_BY_ENTERING[state], f"{self._name(receiver)} is {state}")
        self._states[receiver] = RUNNING
        self._ways_in[receiver] = via
        self._push(receiver)
        subgenerator = self._subgenerators.pop(receiver, None)
        # One that somebody else has ended, or is running, is not entered: it refuses.
        if subgenerator is not None and self._states[subgenerator] is SUSPENDED:
            self._resumed = _Resumed(receiver, subgenerator, at)

    def _check_task_step(self, task: int, coroutine: int) -> None:
        actor = self._actors[task]
        # What a task runs is not known where it is no frame of a coroutine's.
        if actor.kind != "task" or actor.of not in (None, coroutine):
            raise Broken("task", f"{self._name(coroutine)} is not run by {self._name(task)}")
        self._check_state(task, "done", PENDING)

    def _hand_on(self, at: int, giver: int, resumed: _Resumed) -> None:
        # PEP 380: what a delegator gets it hands on before all else, and a GeneratorExit as a close.
        self._resumed = None
        got, gives = self._kinds[resumed.at], self._kinds[at]
        whole = gives == got and self._values[at] == self._values[resumed.at]
        along = (giver, self._receivers[at]) == (resumed.delegator, resumed.subgenerator)
        if not (along and (whole or (got, gives) == ("throw", "close"))):
            delegator, subgenerator = self._name(resumed.delegator), self._name(resumed.subgenerator)
            raise Broken("delegation", f"{delegator} does not hand the {got} on to {subgenerator}")

    def _leave(self, at: int, giver: int, receiver: int, state: str) -> None:
        self._give(at, giver)
        self._pop()
        if self._stack[-1] != receiver:
            raise Broken("nesting", f"{self._name(giver)} was entered by {self._name(self._stack[-1])}")
        self._states[giver] = state

    def suspend(self, at: int, giver: int, receiver: int) -> None:
        """A `yield`."""
        self._leave(at, giver, receiver, SUSPENDED)
        if self._vias[at] != "yield":
            self._pass_up(at, giver)

    def _pass_up(self, at: int, delegator: int) -> None:
        # PEP 380: a delegator yields what its subiterator has just yielded to it.
        got = at - 1
        while self._kinds[got] in REMARKS:
            got -= 1
        if (self._kinds[got], self._receivers[got], self._values[got]) != ("yield", delegator, self._values[at]):
            raise Broken("delegation", f"{self._name(delegator)} passes up what it did not get")
        subiterator = self._givers[got]
        if self._vias[at] != self._ways_in[subiterator]:
            raise Broken("via", f"{self._name(subiterator)} was entered by {self._ways_in[subiterator]!r}")
        # An iterator need not have the methods that PEP 380 looks for.
        if self._actors[subiterator].kind in GENERATORS:
            self._subgenerators[delegator] = subiterator

    def end(self, at: int, giver: int, receiver: int) -> None:
        """A `return` or `raise`."""
        self._leave(at, giver, receiver, ENDED)
        if self._vias[at] != self._ways_in[giver]:
            raise Broken("via", f"{self._name(giver)} was entered by {self._ways_in[giver]!r}")

    def call(self, at: int, giver: int, receiver: int) -> None:
        """A function is called."""
        if self._actors[giver].kind == "loop":
            # It calls its exception handler whoever runs: also where a task is let go of.
            self._push(giver)
        self._give(at, giver)
        self._become(receiver, RUNNING, "running", SUSPENDED)
        self._push(receiver)

    def exit(self, at: int, giver: int, receiver: int) -> None:
        """A function ends, and may be called again."""
        self._leave(at, giver, receiver, SUSPENDED)

    # -- remarks -----------------------------------------------------------------------------

    def remark(self, at: int, giver: int | None, receiver: Any) -> None:
        """A `print` or a `note`: nothing moves, and whose line it is may have gone on."""

    def refuse(self, at: int, giver: int, receiver: int | None) -> None:
        """Nothing moves; who asked runs, and may have called the library to ask."""
        if not self._silent[giver]:
            self._check_state(giver, "control", RUNNING)
        if self._resumed is not None and (giver, receiver) == self._resumed[:2]:
            # Another thread has ended the subgenerator.
            self._resumed = None

    def abandon(self, at: int, _: None, receiver: int) -> None:
        """Nothing moves; the step behind it has to do with what is abandoned."""
        cause = self._causes[at]
        if cause is not None and self._receivers[cause] != receiver:
            raise Broken("cause", f"step {cause} did nothing to {self._name(receiver)}")
