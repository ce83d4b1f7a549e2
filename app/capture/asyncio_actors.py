"""The actors that asyncio makes: event loops, handles, futures and tasks, and what they are called.

None is kept alive. Tasks have the names asyncio gave them;
futures are numbered as they appear.
"""

from asyncio import base_events, events, futures, tasks
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FrameType, MethodType
from typing import Any, Final

from app.capture.codes import NOWHERE, Code
from app.capture.frames import FRAME_OF, Frames
from app.capture.guard import getframe
from app.capture.loop import Handle
from app.capture.preview import preview, shortened
from app.capture.quirks import late_name, peek
from app.capture.recorder import KIND, NULL, VIA, Activation, Recorder
from app.trace.document import Actor
from app.trace.journal import ActorRecord, record_of

_SPAWN: Final = KIND["spawn"]
_TASK_STEP: Final = VIA["task step"]
_CALLBACK: Final = VIA["callback"]

# Kept in the object itself: nothing has to be forgotten when it is gone, and it can be told of what
# is about to go. Past whatever a subclass makes of its attributes.
_MARK: Final = "_yieldscope_activation"
_MADE_AT: Final = "_yieldscope_line"
_get: Final = object.__getattribute__
_set: Final = object.__setattr__
_attributes: Final[Callable[[object], Mapping[str, Any]]] = vars(futures.Future)["__dict__"].__get__

_STEP: Final[CodeType] = vars(tasks.Task)["_Task__step"].__code__
WAKEUP: Final[CodeType] = vars(tasks.Task)["_Task__wakeup"].__code__
_AWAIT: Final[CodeType] = vars(futures.Future)["__await__"].__code__


class AsyncioActors:
    """Which activation an object of asyncio's is; it appears when it is first asked for."""

    def __init__(self, recorder: Recorder, frames: Frames) -> None:
        self._recorder: Final = recorder
        self._frames: Final = frames
        self._loops: Final[set[int]] = set()
        self._step_records: Final[dict[int, ActorRecord]] = {}
        self._wakeup_records: Final[dict[int, ActorRecord]] = {}
        self._future_count = 0
        for kind in (futures.Future, base_events.BaseEventLoop):
            setattr(kind, _MARK, None)
        setattr(futures.Future, _MADE_AT, NOWHERE)
        recorder.naming = self.name
        frames.described[id(_AWAIT)] = self._iterator

    def loop(self, loop: events.AbstractEventLoop) -> Activation:
        """The activation of an event loop."""
        activation: Activation | None = _get(loop, _MARK)
        if activation is None:
            actor = self._recorder.actor(Actor("loop", "event loop", home="asyncio"))
            self._loops.add(actor)
            activation = Activation(actor, via=_CALLBACK)
            _set(loop, _MARK, activation)
        return activation

    def is_loop(self, activation: Activation) -> bool:
        """Whether it is an event loop's."""
        return activation.id in self._loops

    # -- futures and tasks -------------------------------------------------------------------

    def future(self, future: Any) -> Activation:
        """The activation of a future or task."""
        activation: Activation | None = _get(future, _MARK)
        if activation is None:
            is_task = issubclass(type(future), tasks.Task)
            activation = self._spawned(future) if is_task else self._appeared(future)
        return activation

    def _appeared(self, future: Any) -> Activation:
        self._future_count += 1
        name = f"Future-{self._future_count}"
        record = record_of("future", name, None, "asyncio")
        activation = self._known(future, name, self._recorder.actor_like(record))
        activation.line = _get(future, _MADE_AT)
        return activation

    def _spawned(self, task: Any) -> Activation:
        creator = self._recorder.stack[-1]
        coroutine = self._coroutine(task, creator)
        name = shortened(late_name(getframe()) or str(task._name))
        record = record_of("task", name, None, "asyncio", coroutine, None if coroutine is None else "task")
        activation = self._known(task, name, self._recorder.actor_like(record))
        line = self._recorder.where(creator)
        activation.made = self._recorder.step(_SPAWN, creator.id, activation.id, NULL, line, NULL, creator.since)
        return activation

    def _coroutine(self, task: Any, creator: Activation) -> int | None:
        frame_of = FRAME_OF.get(type(task._coro))
        frame = None if frame_of is None else frame_of(task._coro)
        if frame is None:
            return None
        self._frames.appears(task._coro, frame, creator)
        activation = self._frames.known(task._coro)
        return None if activation is None else activation.id

    def made(self, future: Any, line: int) -> None:
        """A future is being made, at a line; it appears when something happens to it."""
        _set(future, _MADE_AT, line)

    def _known(self, future: Any, name: str, actor: int) -> Activation:
        activation = Activation(actor, via=_TASK_STEP)
        activation.name = name
        _set(future, _MARK, activation)
        return activation

    def name(self, value: object) -> str | None:
        """What a future or task is called; None for anything else."""
        kind = type(value)
        if not issubclass(kind, futures.Future) or (issubclass(kind, tasks.Task) and "_coro" not in _attributes(value)):
            # A task without its coroutine is one whose making has failed.
            return None
        return self.future(value).name

    def names(self, pending: Iterable[Any]) -> tuple[str, ...]:
        """What tasks are called, in the order in which they appeared."""
        found = sorted(map(self.future, pending), key=lambda task: task.id)
        return tuple(task.name for task in found)

    def _iterator(self, frame: FrameType, facts: Code) -> ActorRecord:
        future = peek(frame, ("self",), self.future)["self"]
        return record_of(facts.kind, facts.name, None, facts.home, future.id, "iterator")

    # -- handles -----------------------------------------------------------------------------

    def scheduled(self, handle: Handle) -> Activation | None:
        """The activation of a handle that waits in the ready queue or among the timers."""
        return handle.mark if is_markable(handle) else None

    def unschedule(self, handle: Handle) -> None:
        """A handle waits no longer."""
        if is_markable(handle):
            handle.mark = None

    def handle(self, handle: Handle) -> Activation:
        """The activation of a handle, which waits from now on if it did not before."""
        activation = self.scheduled(handle)
        if activation is None:
            activation = self.scheduled_now(handle)
            if is_markable(handle):
                handle.mark = activation
        return activation

    def scheduled_now(self, handle: Any) -> Activation:
        """The activation of a handle that is seen for the first time."""
        callback = handle._callback
        code = method_code(callback)
        if code is not _STEP and code is not WAKEUP:
            return Activation(self._recorder.actor_like(self._described(handle, callback)), via=_CALLBACK)
        task = self.future(callback.__self__)
        # Most handles are a task's, and of one task they are all alike.
        records = self._step_records if code is _STEP else self._wakeup_records
        record = records.get(task.id)
        if record is None:
            role = "step" if code is _STEP else "wakeup"
            record = records[task.id] = record_of("handle", f"{task.name} {role}", None, "asyncio", task.id, role)
        activation = Activation(self._recorder.actor_like(record), via=_CALLBACK)
        if code is _STEP:
            activation.steps = task
        return activation

    def _described(self, handle: Any, callback: Any) -> ActorRecord:
        if callback is _SET_RESULT:
            future, result = handle._args
            owner = self.future(future)
            name = shortened(f"{owner.name} ← {self._recorder.preview(result)}")
            return record_of("handle", name, None, "asyncio", owner.id, "timer")
        return record_of("handle", shortened(f"{preview(callback)} callback"), None, "asyncio", None, "callback")


def method_code(callback: object) -> CodeType | None:
    """The code of a bound method; None for any other callback."""
    if type(callback) is not MethodType:
        return None
    code: CodeType | None = getattr(callback.__func__, "__code__", None)
    return code


def is_markable(handle: object) -> bool:
    """Whether it is a handle as loops make them, and no stand-in for one."""
    return issubclass(type(handle), Handle)


_SET_RESULT: Final = vars(futures)["_set_result_unless_cancelled"]
