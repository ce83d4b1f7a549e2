"""The guard around the recorder: the observer never harms the observed.

What the recorder does inside the snippet's run goes through here. It is done in the recorded
thread alone; and if it fails, the recording ends there and the snippet runs on.
"""

import sys
from collections.abc import Callable, Mapping
from threading import get_ident
from types import CodeType, FrameType
from typing import Any, Final

getframe: Final = sys._getframe
"""Python's own, whatever the snippet makes of the name."""


class TooDeep(Exception):
    """The snippet has reached its recursion limit: it gets the error where its frame begins."""


class Guard:
    """`failed` is called with the exception the recorder raised.

    The same guard stands in each function below, and some choose as well who is told, or whether
    anybody is: they are called for every event, and a call within a call, or one with `*args`,
    would take as long as all that the guard does.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._on_failure: Final = failed
        self._broken = False
        self._thread: Final = get_ident()
        self.elsewhere = False
        """Whether anything has come from another thread, which is not recorded."""

    @property
    def here(self) -> bool:
        """Whether the recorded thread is the one that runs."""
        return get_ident() == self._thread

    def hook[T](self, tell: Callable[[T], None]) -> Callable[[T], T]:
        """A function that tells of its argument, and returns it."""
        thread = self._thread

        def hook(value: T) -> T:
            if get_ident() == thread:
                try:
                    tell(value)
                except Exception as error:
                    self._failed(error)
            return value

        return hook

    def event[A, B](self, handle: Callable[[A, B], None]) -> Callable[[A, B], None]:
        """A callback for events that come with two arguments: a code object and an offset, as a rule."""
        thread = self._thread

        def event(code: A, offset: B) -> None:
            if get_ident() != thread:
                self.elsewhere = True
                return
            if self._broken:
                return
            try:
                handle(code, offset)
            except TooDeep:
                raise RecursionError(_TOO_DEEP) from None
            except Exception as error:
                self._failed(error)

        return event

    def start(
        self, watched: Mapping[int, Callable[[FrameType], None]], handle: Callable[[CodeType, FrameType], None]
    ) -> Callable[[CodeType, int], None]:
        """A callback for the start of a frame: told to who watches the code of this id, or else to `handle`."""
        thread = self._thread

        def start(code: CodeType, offset: int) -> None:
            if get_ident() != thread:
                self.elsewhere = True
                return
            try:
                watcher = watched.get(id(code))
                if watcher is None:
                    handle(code, getframe(1))
                else:
                    watcher(getframe(1))
            except TooDeep:
                raise RecursionError(_TOO_DEEP) from None
            except Exception as error:
                self._failed(error)

        return start

    def resume(
        self, expected: list[CodeType], handle: Callable[[CodeType, FrameType], None]
    ) -> Callable[[CodeType, int], None]:
        """A callback for a frame that goes on; of the next that is `expected` there is nothing to tell."""
        thread = self._thread

        def resume(code: CodeType, offset: int) -> None:
            if get_ident() != thread:
                self.elsewhere = True
                return
            if expected and expected.pop() is code:
                return
            try:
                handle(code, getframe(1))
            except TooDeep:
                raise RecursionError(_TOO_DEEP) from None
            except Exception as error:
                self._failed(error)

        return resume

    def suspension(
        self, expected: list[CodeType], handle: Callable[[CodeType, int, Any], None]
    ) -> Callable[[CodeType, int, Any], None]:
        """A callback for a frame that yields; of the next that is `expected` there is nothing to tell."""
        thread = self._thread

        def suspension(code: CodeType, offset: int, value: Any) -> None:
            if get_ident() == thread:
                if expected and expected.pop() is code:
                    return
                try:
                    handle(code, offset, value)
                except TooDeep:
                    raise RecursionError(_TOO_DEEP) from None
                except Exception as error:
                    self._failed(error)

        return suspension

    def end(
        self, watched: Mapping[int, Callable[[Any], object]], handle: Callable[[CodeType, int, Any], None]
    ) -> Callable[[CodeType, int, Any], None]:
        """A callback for the end of a frame: told to who watches the code of this id, or else to `handle`."""
        thread = self._thread

        def end(code: CodeType, offset: int, value: Any) -> None:
            if get_ident() == thread:
                try:
                    watcher = watched.get(id(code))
                    if watcher is None:
                        handle(code, offset, value)
                    else:
                        watcher(value)
                except TooDeep:
                    raise RecursionError(_TOO_DEEP) from None
                except Exception as error:
                    self._failed(error)

        return end

    def event_with_value(self, handle: Callable[[Any, int, Any], None]) -> Callable[[Any, int, Any], None]:
        """A callback for events that come with a value, too."""
        thread = self._thread

        def event(code: Any, offset: int, value: Any) -> None:
            if get_ident() == thread:
                try:
                    handle(code, offset, value)
                except TooDeep:
                    raise RecursionError(_TOO_DEEP) from None
                except Exception as error:
                    self._failed(error)

        return event

    def _failed(self, error: BaseException) -> None:
        self._broken = True
        self._on_failure(error)

    def quietly[**P](self, tell: Callable[P, object], *, also_broken: bool = False) -> Callable[P, None]:
        """A function that tells of something that happens less often.

        What may still be told when the recorder has failed says so by `also_broken`.
        """

        def told(*args: P.args, **kwargs: P.kwargs) -> None:
            if self.here and (also_broken or not self._broken):
                try:
                    tell(*args, **kwargs)
                except Exception as error:
                    self._failed(error)

        return told


_TOO_DEEP: Final = "maximum recursion depth exceeded"
