"""What asyncio does, told by asyncio's own Python code.

Task and Future are Python classes in the recording child (the C accelerators are switched off), so
that a monitor sees their methods run; `AsyncioWatch.install` is the table of who tells what. They
are only watched: what `loop.install` puts in their place is the loop, and how futures hash.
"""

import asyncio
import inspect
import itertools
import sys
from asyncio import base_events, events, format_helpers, futures, tasks
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType, FunctionType
from typing import Final, NoReturn

from app.capture import history
from app.capture.abandoned import AbandonedWatch
from app.capture.asyncio_actors import WAKEUP, AsyncioActors, is_markable, method_code
from app.capture.chains import request_behind
from app.capture.codes import NOWHERE, Code, home, makes_generator, nested
from app.capture.delegation import Delegation
from app.capture.frames import Frames
from app.capture.guard import Guard
from app.capture.links import REFUSE
from app.capture.loop import HOUSEKEEPING, RUN_ONCE, SHUTDOWN_ASYNCGENS, Handle, Loop, VirtualLoop, Watcher
from app.capture.monitor import Monitor
from app.capture.quirks import GET_EVENT_LOOP, local
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder
from app.capture.rewrite import FILENAME
from app.trace.document import Outcome

_SPAWN: Final = KIND["spawn"]
_TICK: Final = KIND["tick"]
_SCHEDULE: Final = KIND["schedule"]
_UNSCHEDULE: Final = KIND["unschedule"]
_RUN: Final = KIND["run"]
_RAN: Final = KIND["ran"]
_WAIT: Final = KIND["wait"]
_SETTLE: Final = KIND["settle"]
_CANCEL: Final = KIND["cancel"]
_NOTE: Final = KIND["note"]

_BEFORE_STEP: Final = frozenset({_RUN, _SPAWN})
"""By what a task has control before its coroutine gives it anything."""

_HISTORY: Final = VIA["history"]
_CALLBACK: Final = VIA["callback"]
_THREAD: Final = VIA["thread"]
_DONE_CALLBACK: Final = VIA["done callback"]
_TIMER: Final = VIA["timer"]
_TIMER_DUE: Final = VIA["timer due"]
_RESULT: Final = VIA["result"]
_EXCEPTION: Final = VIA["exception"]
_CANCELLATION: Final = VIA["cancellation"]

# asyncio's private methods, by their mangled names: a KeyError here is a Python not known yet.
_RUN_STEP: Final[CodeType] = vars(tasks.Task)["_Task__step_run_and_handle_result"].__code__
_EAGER_START: Final[CodeType] = vars(tasks.Task)["_Task__eager_start"].__code__
_REGISTER: Final[CodeType] = vars(tasks)["_register_task"].__code__
_SETTLED: Final[CodeType] = vars(futures.Future)["_Future__schedule_callbacks"].__code__


class AsyncioWatch:
    """Writes the steps of event loops, handles, futures and tasks."""

    def __init__(self, recorder: Recorder, frames: Frames, delegation: Delegation, guard: Guard) -> None:
        self._recorder: Final = recorder
        self._guard: Final = guard
        self._frames: Final = frames
        self._delegation: Final = delegation
        self._journal: Final = recorder.journal
        self._step: Final = recorder.step
        self._stack: Final = recorder.stack
        self._actors: Final = AsyncioActors(recorder, frames)
        self._abandoned: Final = AbandonedWatch(recorder, frames, delegation, self._actors)
        self._outer_tasks: Final[list[int]] = []

    def install(self, monitor: Monitor) -> None:
        """Watch asyncio's functions, and the frames of its coroutines."""
        watch = monitor.watch
        watch(RUN_ONCE, self._loop_runs, self._delegation.left)
        watch(base_events.BaseEventLoop.call_at.__code__, on_end=self._timer_set)
        watch(events.Handle._run.__code__, self._handle_runs, self._handle_ran)
        watch(events.Handle.cancel.__code__, self._handle_cancelled)
        watch(_REGISTER, self._task_made)
        watch(_RUN_STEP, self._task_steps, self._task_stepped)
        watch(_SETTLED, self._settled, self._delegation.left)
        watch(history.coroutine.__code__, lambda frame: self._history("asyncio.coroutine"))
        watch(GET_EVENT_LOOP, self._loop_asked_for)
        self._abandoned.install(monitor)
        watch(futures.Future.add_done_callback.__code__, self._callback_added)
        watch(futures.Future.cancel.__code__, self._future_cancelled)
        watch(tasks.Task.cancel.__code__, self._task_cancelled, self._delegation.left)
        watch(vars(tasks)["_GatheringFuture"].cancel.__code__, self._task_cancelled, self._delegation.left)
        for facts in _COROUTINES:
            self._frames.watch_library(facts)

    def watcher(self) -> Watcher:
        """Whom the event loop tells of its iterations and its ready queue."""
        guard = self._guard
        return Watcher(
            iteration=guard.quietly(self._iteration),
            ready=guard.event(self._ready),
            deadlock=self._deadlock,
            housekeeping=guard.quietly(self._housekeeping),
        )

    # -- event loops -------------------------------------------------------------------------

    def _iteration(self, loop: Loop) -> None:
        self._delegation.settled()
        self._step(_TICK, self._actors.loop(loop).id, NULL, NULL, NULL, NULL)
        for handle in loop._ready:
            self._arrived(handle)

    def _arrived(self, handle: Handle) -> None:
        """A handle is in the ready queue: unless it is known, another thread has put it there."""
        if is_markable(handle) and handle.mark is None and not handle._cancelled:
            scheduled = self._actors.handle(handle)
            scheduled.since = self._step(_SCHEDULE, NULL, scheduled.id, NULL, NULL, _THREAD)

    def _ready(self, loop: Loop, handle: Handle) -> None:
        giver = self._delegation.settled()
        if not is_markable(handle):
            return
        if self._guard.elsewhere:
            for before in itertools.takewhile(lambda queued: queued is not handle, loop._ready):
                self._arrived(before)
        scheduled: Activation | None = handle.mark
        if scheduled is not None:
            timer, loop_id = scheduled.since, self._actors.loop(loop).id
            scheduled.since = self._step(_SCHEDULE, loop_id, scheduled.id, NULL, NULL, _TIMER_DUE, timer)
            return
        line = NOWHERE if giver.facts is None else self._recorder.where(giver)
        scheduled = handle.mark = self._actors.scheduled_now(handle)
        cause = giver.since
        if scheduled.steps is not None:
            # A task asks for its own steps; for the first, from within the call that makes it.
            if scheduled.steps.id != giver.id:
                cause = scheduled.steps.made
            giver = scheduled.steps
        via = _DONE_CALLBACK if giver.via == _DONE_CALLBACK else _CALLBACK
        scheduled.since = self._step(_SCHEDULE, giver.id, scheduled.id, NULL, line, via, cause)

    def _deadlock(self, loop: VirtualLoop) -> NoReturn:
        waiting = self._actors.names(asyncio.all_tasks(loop))
        self._recorder.end(Outcome("deadlock", waiting=waiting))

    def _housekeeping(self, loop: VirtualLoop, coroutine: CodeType) -> None:
        # It is recorded like any other where there is something to tidy.
        self._frames.watch(coroutine)
        if coroutine is SHUTDOWN_ASYNCGENS:
            for generator in loop._asyncgens:
                self._abandoned.left_open(generator)

    def _loop_asked_for(self, frame: FrameType) -> None:
        # By asyncio.get_event_loop(): where that is called by the snippet, and not by the library.
        asked = None if frame.f_back is None else frame.f_back.f_back
        if asked is not None and asked.f_code.co_filename == FILENAME:
            self._history("asyncio.get_event_loop()")

    def _history(self, name: str) -> None:
        giver = self._delegation.settled()
        value = self._recorder.text(name)
        self._step(_NOTE, giver.id, NULL, value, self._recorder.where(giver), _HISTORY)

    def _loop_runs(self, frame: FrameType) -> None:
        giver = self._delegation.settled()
        loop = local(frame, "self")
        self._delegation.enter(self._actors.loop(loop), giver.since)
        if not issubclass(type(loop), VirtualLoop):
            # One of the snippet's own making does not tell when it has waited.
            self._iteration(loop)

    # -- handles -----------------------------------------------------------------------------

    def _timer_set(self, timer: Handle | None) -> None:
        if isinstance(timer, events.TimerHandle):
            giver = self._delegation.settled()
            line = self._recorder.where(giver)
            due = self._recorder.text(f"{timer.when():.9f}".rstrip("0").rstrip("."))
            handle = self._actors.handle(timer)
            handle.since = self._step(_SCHEDULE, giver.id, handle.id, due, line, _TIMER, giver.since)

    def _handle_runs(self, frame: FrameType) -> None:
        handle = local(frame, "self")
        giver = self._delegation.settled()
        is_ours = is_markable(handle)
        activation: Activation | None = handle.mark if is_ours else None
        if activation is None:
            if self._actors.is_loop(giver):
                self._arrived(handle)
            activation = self._actors.handle(handle)
        line = NOWHERE if giver.facts is None else self._recorder.where(giver)
        run = self._step(_RUN, giver.id, activation.id, NULL, line, NULL, activation.since)
        if is_ours:
            # It waits no longer.
            handle.mark = None
        self._delegation.enter(activation, run)

    def _handle_ran(self, result: object) -> None:
        handle = self._delegation.left(result)
        self._step(_RAN, handle.id, self._stack[-1].id, NULL, NULL, NULL)

    def _handle_cancelled(self, frame: FrameType) -> None:
        handle = local(frame, "self")
        scheduled = self._actors.scheduled(handle)
        if scheduled is not None:
            giver = self._delegation.settled()
            self._step(_UNSCHEDULE, giver.id, scheduled.id, NULL, self._recorder.where(giver), NULL)
            self._actors.unschedule(handle)

    # -- tasks and futures -------------------------------------------------------------------

    def _task_made(self, frame: FrameType) -> None:
        # It appears with its first step, or here: where it is begun eagerly or by another's loop.
        task = local(frame, "task")
        if issubclass(type(task), tasks.Task):
            self._actors.future(task)

    def _task_steps(self, frame: FrameType) -> None:
        giver = self._delegation.settled()
        task = self._actors.future(local(frame, "self"))
        self._outer_tasks.append(self._journal.task)
        self._journal.task = task.id
        # By a handle, or eagerly from within the call that makes it.
        is_eager = giver.steps is not task and frame.f_back is not None and frame.f_back.f_code is _EAGER_START
        self._delegation.enter(task, task.made if is_eager else giver.since)
        task.delivered, task.cancel = task.cancel, NULL

    def _task_stepped(self, result: object) -> None:
        self._delegation.left(result)
        self._journal.task = self._outer_tasks.pop()

    def _callback_added(self, frame: FrameType) -> None:
        callback = local(frame, "fn")
        if method_code(callback) is WAKEUP:
            self._delegation.settled()
            task, future = self._actors.future(callback.__self__), self._actors.future(local(frame, "self"))
            self._step(_WAIT, task.id, future.id, NULL, NULL, NULL)

    def _settled(self, frame: FrameType) -> None:
        future = local(frame, "self")
        giver = self._delegation.settled()
        activation = self._actors.future(future)
        via, value = _RESULT, NULL
        cause = giver.since
        if future._state == "CANCELLED":
            via = _CANCELLATION
            ended_by = future._cancelled_exc if giver is activation else None
            asked = activation.cancel if ended_by is None else request_behind(ended_by)
            cause = cause if asked == NULL else asked
        elif future._exception is not None:
            via, value = _EXCEPTION, self._recorder.value(future._exception)
            if giver is activation:
                self._coroutine_refused(activation, future._coro, value)
        else:
            value = self._recorder.value(future._result)
        line = self._recorder.where(giver)
        activation.settled = self._step(_SETTLE, giver.id, activation.id, value, line, via, cause)
        # While a task steps, it settles: it is on the stack twice.
        self._delegation.enter(Activation(activation.id, via=_DONE_CALLBACK), activation.settled)

    def _coroutine_refused(self, task: Activation, coroutine: object, error: int) -> None:
        """A task is done by an error: unless its coroutine has given it that, it could not be entered."""
        refused = self._frames.actor_of(coroutine) if self._journal.kind(task.since) in _BEFORE_STEP else None
        if refused is not None:
            self._recorder.step(REFUSE, task.id, refused, error, NULL, task.via, task.since)

    def _future_cancelled(self, frame: FrameType) -> None:
        future = local(frame, "self")
        # A task is cancelled by Task.cancel; that it calls Future.cancel is how it ends.
        if not issubclass(type(future), tasks.Task) and future._state == "PENDING":
            self._cancel(self._actors.future(future), local(frame, "msg"))

    def _task_cancelled(self, frame: FrameType) -> None:
        # Or what gather() returned, which hands the request on to its children.
        task = local(frame, "self")
        activation = self._actors.future(task)
        if task._state == "PENDING":
            self._cancel(activation, local(frame, "msg"))
        self._delegation.enter(Activation(activation.id, via=activation.via), activation.cancel)

    def _cancel(self, activation: Activation, message: object) -> None:
        giver = self._delegation.settled()
        value = NULL if message is None else self._recorder.value(message)
        line = self._recorder.where(giver)
        activation.cancel = self._step(_CANCEL, giver.id, activation.id, value, line, NULL, giver.since)


def _coroutines_of_the_library() -> Iterator[CodeType]:
    """The code of every generator and coroutine of asyncio, and every coroutine of contextlib.

    But for those that write down what asyncio's debug mode prints.
    """
    of_asyncio = (name for name in sys.modules if name.startswith("asyncio.") and name != format_helpers.__name__)
    yield from _defined_in(tuple(of_asyncio))
    yield from (code for code in _defined_in(("contextlib",)) if code.co_flags & inspect.CO_COROUTINE)


def _defined_in(modules: Iterable[str]) -> Iterator[CodeType]:
    for name in modules:
        for definition in vars(sys.modules[name]).values():
            functions = vars(definition).values() if isinstance(definition, type) else (definition,)
            for function in functions:
                if isinstance(function, FunctionType) and function.__module__ == name:
                    yield from filter(makes_generator, nested(function.__code__))


# Looked up once for all runs: what is known of the library's code does not depend on a snippet.
_COROUTINES: Final = tuple(Code(code, home(code)) for code in {*_coroutines_of_the_library()} - HOUSEKEEPING)
