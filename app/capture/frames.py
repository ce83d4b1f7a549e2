"""The frames that are actors: found by identity, created once, forgotten when they end.

A generator's frame object exists from the moment somebody asks for it until the generator has
ended, so that its `id` is an identity that keeps nothing alive. An id that outlived its generator
is told by the code object and by a weak reference to the generator.
"""

import weakref
from collections.abc import Callable
from operator import attrgetter
from types import AsyncGeneratorType, CodeType, CoroutineType, FrameType, GeneratorType
from typing import Any, Final

from app.capture.codes import NOWHERE, Code, Codes, home, nested
from app.capture.guard import getframe
from app.capture.quirks import peek
from app.capture.recorder import KIND, NULL, Activation, Recorder
from app.capture.rewrite import FILENAME, CallSites
from app.trace.journal import ActorRecord

_CREATE: Final = KIND["create"]

FRAME_OF: Final[dict[type, Callable[[Any], FrameType | None]]] = {
    GeneratorType: attrgetter("gi_frame"),
    CoroutineType: attrgetter("cr_frame"),
    AsyncGeneratorType: attrgetter("ag_frame"),
}
"""The frame of a generator, by its exact type; None once it has finished."""


def _position(code: CodeType) -> tuple[str, int, bytes]:
    return code.co_qualname, code.co_firstlineno, code.co_linetable


def _survives(activation: Activation) -> bool:
    """Whether a generator lives on although nothing refers to it: PEP 525's finalizer hook, which
    asyncio sets, takes an async generator that was begun, to close it in a task of its own."""
    is_taken = activation.finalizer_hook and not activation.told_to_close
    return activation.is_async_generator and activation.started and is_taken


class Frames:
    """Which activation a frame is.

    `instrument` is called with each code object from which frames of interest come;
    `collected` with each suspended activation whose generator is about to be finalized.
    """

    def __init__(self, recorder: Recorder, codes: Codes, instrument: Callable[[Code], None]) -> None:
        self._recorder: Final = recorder
        self.codes: Final = codes
        self._instrument: Final = instrument
        self.collected: Callable[[Activation], None] = lambda activation: None
        self._by_frame: Final[dict[int, Activation]] = {}
        # By weak references to the generators that were seen to be created.
        self._references: Final[dict[weakref.ref[Any], Activation]] = {}
        # Where the snippet's own code begins: `types.coroutine` makes another code object of the same.
        self._positions: Final[set[tuple[str, int, bytes]]] = set()
        self._calls: CallSites | None = None
        self._idle_functions: Final[dict[int, list[Activation]]] = {}
        self.described: Final[dict[int, Callable[[FrameType, Code], ActorRecord]]] = {}
        self._shown: Final[dict[tuple[str, ...], int]] = {}

    def watch(self, code: CodeType) -> Code:
        """Have the frames of a code object outside the snippet reported; returns the facts about it."""
        facts = self.codes.get(id(code))
        if facts is None:
            calls = self._calls if code.co_filename == FILENAME and _position(code) in self._positions else None
            facts = self.codes[id(code)] = Code(code, home(code), calls)
            self._instrument(facts)
        return facts

    def watch_library(self, facts: Code) -> None:
        """Have the frames of a code object outside the snippet reported, of which the facts are known."""
        self.codes[id(facts.code)] = facts
        self._instrument(facts)

    def watch_snippet(self, module: CodeType, calls: CallSites) -> None:
        """Have all frames of a compiled snippet reported."""
        self._calls = calls
        for code in nested(module):
            self._positions.add(_position(code))
            facts = self.codes[id(code)] = Code(code, "snippet", calls)
            self._instrument(facts)
            if facts.is_body and code is not module:
                self._recorder.class_bodies[id(code)] = facts

    def appears(self, generator: Any, frame: FrameType, creator: Activation, inner: FrameType | None = None) -> None:
        """A call has returned a generator, which it may have created; `inner` is a frame inside the creator's."""
        code = frame.f_code
        known = self._by_frame.get(id(frame))
        if known is not None and known.code is code and not known.collected:
            return
        facts = self.codes.get(id(code)) or self.watch(code)
        # A reference is found again by its like: they are equal while the generator lives.
        reference = weakref.ref(generator, self._gone)
        self._references[reference] = self._created(frame, facts, creator, inner or getframe(1))

    def _gone(self, reference: weakref.ref[Any]) -> None:
        activation = self._references.pop(reference, None)
        if activation is not None and not activation.finished and not _survives(activation):
            self.collected(activation)

    def _created(self, frame: FrameType, facts: Code, creator: Activation, inner: FrameType | None) -> Activation:
        recorder = self._recorder
        describe = self.described.get(id(facts.code)) if facts.home == "asyncio" else None
        if describe is None:
            actor, arguments = recorder.actor_like(facts.record), recorder.nothing
            if facts.parameters:
                arguments = self.arguments(frame, facts)
        else:
            # Whom it belongs to says all that its arguments could say.
            actor, arguments = recorder.actor_like(describe(frame, facts)), recorder.nothing
        activation = Activation(actor, facts)
        self._by_frame[id(frame)] = activation
        activation.frame_id = id(frame)
        line = recorder.where(creator, inner)
        cause = creator.since if line == NOWHERE else NULL
        activation.made = recorder.step(_CREATE, creator.id, actor, arguments, line, NULL, cause)
        return activation

    def glimpsed(self, coroutine: Any, creator: Activation | None) -> Activation:
        """The activation of a coroutine that appears as it is let go of: nothing is to be remembered of it, and
        no reference to it may be made any more."""
        facts = self.watch(coroutine.cr_code)
        if creator is None:
            return Activation(self._recorder.actor_like(facts.record), facts)
        activation = self._created(coroutine.cr_frame, facts, creator, None)
        self.forget(activation)
        return activation

    def begins(self, frame: FrameType, code: CodeType, creator: Activation) -> Activation:
        """The activation of a generator's frame that runs for the first time."""
        activation = self._by_frame.get(id(frame))
        if activation is not None and activation.started:
            # The frame's id was another's, whose end no one reported: a generator that was made
            # out of sight, by `__iter__` or `map`, and dropped.
            self.collected(activation)
            activation = None
        if activation is None or activation.code is not code:
            activation = self._created(frame, self.codes[id(code)], creator, frame.f_back)
        return activation

    def of(self, frame: FrameType, code: CodeType, creator: Activation) -> Activation:
        """The activation of a frame; where its creation was not seen, it appears here."""
        activation = self._by_frame.get(id(frame))
        if activation is None or activation.code is not code:
            activation = self._created(frame, self.codes[id(code)], creator, frame.f_back)
        return activation

    def at(self, frame: FrameType) -> Activation | None:
        """The activation of a generator's frame that has been seen; None for any other frame."""
        activation = self._by_frame.get(id(frame))
        return activation if activation is not None and activation.code is frame.f_code else None

    def known(self, generator: Any) -> Activation | None:
        """The activation of a generator that has not finished; None where there is none."""
        frame_of = FRAME_OF.get(type(generator))
        frame = None if frame_of is None else frame_of(generator)
        if frame is None:
            return None
        activation = self._by_frame.get(id(frame))
        return activation if activation is not None and activation.code is frame.f_code else None

    def actor_of(self, generator: Any) -> int | None:
        """The id of a generator that was seen to be created, also when it has finished."""
        if type(generator) not in FRAME_OF:
            return None
        activation = self._references.get(weakref.ref(generator))
        return None if activation is None else activation.id

    def forget(self, activation: Activation) -> None:
        """An activation has ended: its frame's id may be another's from now on."""
        by_frame, frame = self._by_frame, activation.frame_id
        if by_frame.get(frame) is activation:
            del by_frame[frame]

    def call(self, facts: Code) -> Activation:
        """An activation for a function's frame; a function called again is the same actor."""
        idle = self._idle_functions.setdefault(id(facts.code), [])
        if idle:
            return idle.pop()
        return Activation(self._recorder.actor_like(facts.record), facts)

    def release(self, function: Activation) -> None:
        """A function's frame has ended; its actor may be called again."""
        self._idle_functions[id(function.code)].append(function)

    def identity(self, frame: FrameType) -> int:
        """The id of a method's first argument; 0 where there is none."""
        return next(iter(peek(frame, frame.f_code.co_varnames[:1], id).values()), 0)

    def argument(self, frame: FrameType, position: int) -> int:
        """The value of one positional argument of a function that is about to begin."""
        name = frame.f_code.co_varnames[position : position + 1]
        return next(iter(peek(frame, name, self._recorder.value).values()), self._recorder.none)

    def arguments(self, frame: FrameType, facts: Code) -> int:
        """The value that shows the arguments of a frame that has not begun."""
        recorder = self._recorder
        if not facts.parameters:
            return recorder.nothing
        shown = peek(frame, facts.parameters, recorder.preview)
        # Most calls are like one before.
        key = (*shown, *shown.values())
        known = self._shown.get(key)
        if known is None:
            known = self._shown[key] = recorder.text(", ".join([f"{name}={text}" for name, text in shown.items()]))
        return known
