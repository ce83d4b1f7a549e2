"""What asyncio does, told by asyncio's own Python code.

Task and Future are Python classes in the recording child (the C accelerators are switched off), so
that a monitor sees their methods run; `AsyncioWatch.install` is the table of who tells what. They
are only watched: what `loop.install` puts in their place is the loop, and how futures hash.
"""

import asyncio
import sys
from asyncio import base_events, events, futures, tasks
from collections.abc import Iterator, Sequence
from functools import cache
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any, Final, NoReturn

from app.capture.asyncio_actors import WAKEUP, AsyncioActors
from app.capture.codes import makes_generator, nested
from app.capture.delegation import Delegation
from app.capture.frames import Frames
from app.capture.guard import Guard
from app.capture.loop import Handle, VirtualLoop, Watcher
from app.capture.monitor import Monitor
from app.capture.quirks import peek
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder
from app.trace.document import Outcome

_TICK: Final = KIND["tick"]
_SCHEDULE: Final = KIND["schedule"]
_UNSCHEDULE: Final = KIND["unschedule"]
_RUN: Final = KIND["run"]
_RAN: Final = KIND["ran"]
_WAIT: Final = KIND["wait"]
_SETTLE: Final = KIND["settle"]
_CANCEL: Final = KIND["cancel"]

_CALLBACK: Final = VIA["callback"]
_DONE_CALLBACK: Final = VIA["done callback"]
_TIMER: Final = VIA["timer"]
_TIMER_DUE: Final = VIA["timer due"]
_RESULT: Final = VIA["result"]
_EXCEPTION: Final = VIA["exception"]
_CANCELLATION: Final = VIA["cancellation"]

# asyncio's private methods, by their mangled names: a KeyError here is a Python not known yet.
_RUN_STEP: Final[CodeType] = vars(tasks.Task)["_Task__step_run_and_handle_result"].__code__
_SETTLED: Final[CodeType] = vars(futures.Future)["_Future__schedule_callbacks"].__code__
_HOUSEKEEPING: Final = frozenset(
    {
        base_events.BaseEventLoop.shutdown_asyncgens.__code__,
        base_events.BaseEventLoop.shutdown_default_executor.__code__,
    }
)


class AsyncioWatch:
    """Writes the steps of event loops, handles, futures and tasks."""

    def __init__(self, recorder: Recorder, frames: Frames, delegation: Delegation) -> None:
        self._recorder: Final = recorder
        self._frames: Final = frames
        self._delegation: Final = delegation
        self._stack: Final = recorder.stack
        self._actors: Final = AsyncioActors(recorder, frames)
        self._outer_tasks: Final[list[int]] = []

    def install(self, monitor: Monitor) -> None:
        """Watch asyncio's functions, and the frames of its coroutines."""
        watch = monitor.watch
        watch(base_events.BaseEventLoop.run_forever.__code__, self._loop_runs, self._left)
        watch(base_events.BaseEventLoop.call_at.__code__, on_end=self._timer_set)
        watch(events.Handle._run.__code__, self._handle_runs, self._handle_ran)
        watch(events.Handle.cancel.__code__, self._handle_cancelled)
        watch(_RUN_STEP, self._task_steps, self._task_stepped)
        watch(_SETTLED, self._settled, self._left)
        watch(futures.Future.add_done_callback.__code__, self._callback_added)
        watch(futures.Future.cancel.__code__, self._future_cancelled)
        watch(tasks.Task.cancel.__code__, self._task_cancelled, self._left)
        for code in _coroutines_of_asyncio():
            if code not in _HOUSEKEEPING:
                self._frames.watch(code)

    def watcher(self, guard: Guard) -> Watcher:
        """Whom the event loop tells of its iterations and its ready queue."""
        return Watcher(
            iteration=guard.quietly(self._iteration),
            ready=guard.quietly(self._ready),
            deadlock=self._deadlock,
            housekeeping=self._housekeeping,
        )

    # -- event loops -------------------------------------------------------------------------

    def _iteration(self, loop: VirtualLoop) -> None:
        self._delegation.settled()
        self._recorder.step(_TICK, self._actors.loop(loop).id, NULL, NULL, NULL, NULL)
        for handle in loop.ready_queue:
            if self._actors.scheduled(handle) is None:
                # Another thread has put it there.
                self._recorder.step(_SCHEDULE, NULL, self._actors.handle(handle).id, NULL, NULL, _CALLBACK)

    def _ready(self, loop: VirtualLoop, handle: Handle) -> None:
        giver = self._delegation.settled()
        scheduled = self._actors.scheduled(handle)
        if scheduled is not None:
            self._recorder.step(_SCHEDULE, self._actors.loop(loop).id, scheduled.id, NULL, NULL, _TIMER_DUE)
            return
        line = self._recorder.where(giver)
        scheduled = self._actors.handle(handle)
        stepping = self._actors.stepping(handle)
        if stepping is not None:
            # A task asks for its own steps, also from within the call that makes it.
            giver = stepping
        via = _DONE_CALLBACK if giver.via == _DONE_CALLBACK else _CALLBACK
        self._recorder.step(_SCHEDULE, giver.id, scheduled.id, NULL, line, via)

    def _deadlock(self, loop: VirtualLoop) -> NoReturn:
        waiting = self._actors.names(asyncio.all_tasks(loop))
        self._recorder.end(Outcome("deadlock", waiting=waiting))

    def _housekeeping(self, coroutine: CodeType, idle: bool) -> bool:
        """Whether a coroutine only tidies up behind `asyncio.run`, and there is nothing to tidy.

        Where there is, it is recorded like any other.
        """
        if coroutine in _HOUSEKEEPING and not idle:
            self._frames.watch(coroutine)
        return coroutine in _HOUSEKEEPING and idle

    def _loop_runs(self, frame: FrameType) -> None:
        self._enter(self._actors.loop(_local(frame, "self")))

    # -- handles -----------------------------------------------------------------------------

    def _timer_set(self, timer: Handle | None) -> None:
        if isinstance(timer, events.TimerHandle):
            giver = self._delegation.settled()
            line = self._recorder.where(giver)
            due = self._recorder.text(f"{timer.when():.9f}".rstrip("0").rstrip("."))
            self._recorder.step(_SCHEDULE, giver.id, self._actors.handle(timer).id, due, line, _TIMER)

    def _handle_runs(self, frame: FrameType) -> None:
        handle = _local(frame, "self")
        loop = self._delegation.settled()
        activation = self._actors.handle(handle)
        self._recorder.step(_RUN, loop.id, activation.id, NULL, NULL, NULL)
        self._enter(activation)
        self._actors.unschedule(handle)

    def _handle_ran(self, result: object) -> None:
        handle = self._delegation.settled()
        self._left(result)
        self._recorder.step(_RAN, handle.id, self._stack[-1].id, NULL, NULL, NULL)

    def _handle_cancelled(self, frame: FrameType) -> None:
        handle = _local(frame, "self")
        scheduled = self._actors.scheduled(handle)
        if scheduled is not None:
            giver = self._delegation.settled()
            self._recorder.step(_UNSCHEDULE, giver.id, scheduled.id, NULL, self._recorder.where(giver), NULL)
            self._actors.unschedule(handle)

    # -- tasks and futures -------------------------------------------------------------------

    def _task_steps(self, frame: FrameType) -> None:
        self._delegation.settled()
        task = self._actors.future(_local(frame, "self"))
        self._outer_tasks.append(self._recorder.task)
        self._recorder.task = task.id
        self._enter(task)

    def _task_stepped(self, result: object) -> None:
        self._left(result)
        self._recorder.task = self._outer_tasks.pop()

    def _callback_added(self, frame: FrameType) -> None:
        callback = _local(frame, "fn")
        if type(callback) is MethodType and getattr(callback.__func__, "__code__", None) is WAKEUP:
            self._delegation.settled()
            task, future = self._actors.future(callback.__self__), self._actors.future(_local(frame, "self"))
            self._recorder.step(_WAIT, task.id, future.id, NULL, NULL, NULL)

    def _settled(self, frame: FrameType) -> None:
        future = _local(frame, "self")
        giver = self._delegation.settled()
        activation = self._actors.future(future)
        via, value = _RESULT, NULL
        if future._state == "CANCELLED":
            via = _CANCELLATION
        elif future._exception is not None:
            via, value = _EXCEPTION, self._recorder.value(future._exception)
        else:
            value = self._recorder.value(future._result)
        self._recorder.step(_SETTLE, giver.id, activation.id, value, self._recorder.where(giver), via)
        self._enter(activation, via=_DONE_CALLBACK)

    def _future_cancelled(self, frame: FrameType) -> None:
        future = _local(frame, "self")
        # A task is cancelled by Task.cancel; that it calls Future.cancel is how it ends.
        if not issubclass(type(future), tasks.Task) and future._state == "PENDING":
            self._cancel(self._actors.future(future), _local(frame, "msg"))

    def _task_cancelled(self, frame: FrameType) -> None:
        task = _local(frame, "self")
        activation = self._actors.future(task)
        if task._state == "PENDING":
            self._cancel(activation, _local(frame, "msg"))
        self._enter(activation)

    def _cancel(self, activation: Activation, message: object) -> None:
        giver = self._delegation.settled()
        value = NULL if message is None else self._recorder.value(message)
        self._recorder.step(_CANCEL, giver.id, activation.id, value, self._recorder.where(giver), NULL)

    # -- the stack ---------------------------------------------------------------------------

    def _enter(self, actor: Activation, via: int | None = None) -> None:
        # A future's or task's actor may be on the stack twice: while it steps, it settles.
        entered = Activation(actor.id, via=actor.via if via is None else via)
        entered.active = True
        self._stack.append(entered)

    def _left(self, result: object) -> None:
        self._delegation.settled()
        self._stack.pop()


def _local(frame: FrameType, name: str) -> Any:
    return peek(frame, (name,), lambda value: value)[name]


@cache
def _coroutines_of_asyncio() -> Sequence[CodeType]:
    """The code of every generator and coroutine that is defined in asyncio."""
    return tuple(_defined_in_asyncio())


def _defined_in_asyncio() -> Iterator[CodeType]:
    for name, module in list(sys.modules.items()):
        if name.startswith("asyncio."):
            for definition in vars(module).values():
                functions = vars(definition).values() if isinstance(definition, type) else (definition,)
                for function in functions:
                    if isinstance(function, FunctionType) and function.__module__ == name:
                        yield from filter(makes_generator, nested(function.__code__))
