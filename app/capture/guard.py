"""The guard around the recorder: the observer never harms the observed.

What the recorder does inside the snippet's run goes through here. It is done in the recorded
thread alone; and if it fails, the recording ends there and the snippet runs on.
"""

from collections.abc import Callable
from threading import get_ident
from typing import Any, Final


class Guard:
    """`failed` is called once, with the exception the recorder raised."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed: Final = failed
        self._thread: Final = get_ident()

    @property
    def here(self) -> bool:
        """Whether the recorded thread is the one that runs."""
        return get_ident() == self._thread

    def quietly[**P](self, tell: Callable[P, object]) -> Callable[P, None]:
        """A function that tells of something; for what happens less often than the rest."""

        def told(*args: P.args, **kwargs: P.kwargs) -> None:
            if self.here:
                try:
                    tell(*args, **kwargs)
                except RecursionError:
                    raise
                except Exception as error:
                    self._failed(error)

        return told

    def hook[T](self, tell: Callable[[T], None]) -> Callable[[T], T]:
        """A function that tells of its argument, and returns it."""
        thread = self._thread

        def hook(value: T) -> T:
            if get_ident() == thread:
                try:
                    tell(value)
                except RecursionError:
                    raise
                except Exception as error:
                    self._failed(error)
            return value

        return hook

    def event(self, handle: Callable[[Any, int], None]) -> Callable[[Any, int], None]:
        """A callback for events that come with a code object and an offset."""
        thread = self._thread

        def event(code: Any, offset: int) -> None:
            if get_ident() == thread:
                try:
                    handle(code, offset)
                except RecursionError:
                    raise
                except Exception as error:
                    self._failed(error)

        return event

    def event_with_value(self, handle: Callable[[Any, int, Any], None]) -> Callable[[Any, int, Any], None]:
        """A callback for events that come with a value, too."""
        thread = self._thread

        def event(code: Any, offset: int, value: Any) -> None:
            if get_ident() == thread:
                try:
                    handle(code, offset, value)
                except RecursionError:
                    raise
                except Exception as error:
                    self._failed(error)

        return event
