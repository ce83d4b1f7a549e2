"""PEP 525's async generators, as plain generators whose own values come up in a box.

`__anext__`, `asend`, `athrow` and `aclose` return awaitables that enter the generator's frame, with
the states and errors of Objects/genobject.c. Whoever awaits one, or drives it by hand, is told of
as the user of the frame.
"""

import inspect
import types
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Final

from tests.capture.probes import Probe


class Box:
    """What an async generator yields by itself; all else comes from what it awaits."""

    def __init__(self, value: object) -> None:
        self.value: Final = value

    def __repr__(self) -> str:
        return repr(self.value)


class AsyncGenerator:
    """An async generator. `running` is true from the first to the last step of an awaitable."""

    def __init__(self, frame: Any) -> None:
        self.frame: Final = frame
        self.closed = False
        self.running = False

    def __repr__(self) -> str:
        return f"{self.frame.__qualname__}()"

    def __aiter__(self) -> "AsyncGenerator":
        return self

    def __anext__(self) -> "Send":
        return Send(self, None)

    def asend(self, value: object) -> "Send":
        """The awaitable that lets the generator go on with a value."""
        return Send(self, value)

    def athrow(self, error: BaseException) -> "Throw":
        """The awaitable that raises an exception in the generator."""
        return Throw(self, error)

    def aclose(self) -> "Close":
        """The awaitable that closes the generator."""
        return Close(self)


class FrameProbe(Probe):
    """Stands before the frame of an async generator.

    That one refuses to be entered a trace tells by the exception alone.
    """

    kind = "async generator"
    tells_refusals = False

    def refusal(self, kind: str, method: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return method(*arguments)
        except StopIteration:
            raise StopAsyncIteration from None
        except (TypeError, ValueError) as error:
            raise type(error)(str(error).replace("generator", self.kind)) from None
        finally:
            del self, method, arguments

    def exit(self) -> Any:
        """Raise GeneratorExit where the frame is suspended; the answer is the frame's own."""
        throw = partial(self.iterator.throw, GeneratorExit())
        try:
            if self.refuses("throw", None):
                return self.refused("throw", throw)
            self.tell("close", None)
            return self.answered("yield", throw)
        finally:
            del self, throw


class Awaitable:
    """What the methods of an async generator return; it is awaited once.

    As in a probe, no frame that an exception keeps refers to the generator.
    """

    name = ""
    names = ""
    """What messages call it."""

    def __init__(self, generator: AsyncGenerator) -> None:
        self.generator: Final = generator
        self._begun = False
        self._over = False

    def send(self, frame: FrameProbe, value: object) -> Any:
        """Begin, or go on with what the generator awaits."""
        try:
            self._is_not_over()
            if self._begun:
                return self.answer(partial(frame.send, value))
            self.begin(frame)
            return self.answer(self.first(frame, value))
        finally:
            del self, frame, value

    def throw(self, frame: FrameProbe, error: BaseException) -> Any:
        """Raise an exception where the generator is suspended."""
        try:
            self._is_not_over()
            if not self._begun and ENTERS_ONE_AT_A_TIME:
                self.begin(frame)
            return self.answer(partial(frame.throw, error))
        finally:
            del self, frame, error

    def close(self, frame: FrameProbe) -> None:
        """Leave the generator, which is closed; or, before gh-117881, left as it is."""
        try:
            if self._over or not ENTERS_ONE_AT_A_TIME:
                self._over = True
                return
            if not self._begun:
                self.begin(frame)
            self.answer(frame.exit)
        except (StopIteration, StopAsyncIteration, GeneratorExit):
            return
        finally:
            del self, frame
        raise RuntimeError("coroutine ignored GeneratorExit")

    def _is_not_over(self) -> None:
        if self._over:
            raise RuntimeError(f"cannot reuse already awaited {self.names}")

    def begin(self, frame: FrameProbe) -> None:
        """An async generator runs for one awaitable at a time."""
        try:
            if self.generator.running:
                self.refuse(RuntimeError(f"{self.name}(): asynchronous generator is already running"))
            self._begun = self.generator.running = True
        finally:
            del self, frame

    def refuse(self, error: BaseException) -> None:
        """Raise an error instead of entering the generator."""
        self._over = True
        try:
            raise error
        finally:
            del self, error

    def first(self, frame: FrameProbe, value: object) -> Callable[[], Any]:
        """How the generator is entered first."""
        raise NotImplementedError

    def answer(self, enter: Callable[[], Any]) -> Any:
        """What the frame answers, as who awaits it gets it: the generator's own value is a result."""
        try:
            result = enter()
        except StopIteration:
            self.end(closed=True)
            raise StopAsyncIteration from None
        except (StopAsyncIteration, GeneratorExit):
            self.end(closed=True)
            raise
        except BaseException:
            self.end()
            raise
        else:
            if not isinstance(result, Box):
                return result
            self.end()
            raise StopIteration(*([] if result.value is None else [result.value]))
        finally:
            del self, enter

    def end(self, *, closed: bool = False) -> None:
        """The awaitable has its answer, and the generator is suspended, or has finished."""
        self._over = True
        self.generator.running = False
        self.generator.closed |= closed


class Send(Awaitable):
    """What `asend` and `__anext__` return."""

    name = "anext"
    names = "__anext__()/asend()"

    def __init__(self, generator: AsyncGenerator, value: object) -> None:
        super().__init__(generator)
        self._value: Final = value

    def first(self, frame: FrameProbe, value: object) -> Callable[[], Any]:
        return partial(frame.send, self._value if value is None else value)


class Throw(Awaitable):
    """What `athrow` returns."""

    name = "athrow"
    names = "aclose()/athrow()"

    def __init__(self, generator: AsyncGenerator, error: BaseException) -> None:
        super().__init__(generator)
        self._error: Final = error

    def begin(self, frame: FrameProbe) -> None:
        try:
            if inspect.getgeneratorstate(self.generator.frame) == inspect.GEN_CLOSED:
                self._over = True
                raise StopIteration
            if self.generator.closed and not self.generator.running:
                self.refuse(StopAsyncIteration())
            super().begin(frame)
        finally:
            del self, frame

    def first(self, frame: FrameProbe, value: object) -> Callable[[], Any]:
        return partial(frame.throw, self._error)


class Close(Throw):
    """What `aclose` returns: the end of the generator is its result."""

    name = "aclose"

    def __init__(self, generator: AsyncGenerator) -> None:
        super().__init__(generator, GeneratorExit())

    def first(self, frame: FrameProbe, value: object) -> Callable[[], Any]:
        self.generator.closed = True
        return frame.exit

    def answer(self, enter: Callable[[], Any]) -> Any:
        try:
            result = enter()
        except (StopIteration, StopAsyncIteration, GeneratorExit):
            self.end()
            raise StopIteration from None
        except BaseException:
            self.end()
            raise
        else:
            if not isinstance(result, Box):
                return result
            self.end()
            raise RuntimeError("async generator ignored GeneratorExit")
        finally:
            del self, enter


class Default(Awaitable):
    """What `anext` returns where it is given a default."""

    def __init__(self, awaitable: Awaitable, default: object) -> None:
        super().__init__(awaitable.generator)
        self._awaitable: Final = awaitable
        self._default: Final = default

    def send(self, frame: FrameProbe, value: object) -> Any:
        try:
            return self._or_default(partial(self._awaitable.send, frame, value))
        finally:
            del self, frame, value

    def throw(self, frame: FrameProbe, error: BaseException) -> Any:
        try:
            return self._or_default(partial(self._awaitable.throw, frame, error))
        finally:
            del self, frame, error

    def close(self, frame: FrameProbe) -> None:
        try:
            self._awaitable.close(frame)
        finally:
            del self, frame

    def _or_default(self, enter: Callable[[], Any]) -> Any:
        try:
            return enter()
        except StopAsyncIteration:
            raise StopIteration(self._default) from None
        finally:
            del self, enter


class AwaitableProbe:
    """An awaitable as its user sees it."""

    def __init__(self, awaitable: Awaitable, frame: FrameProbe) -> None:
        self._awaitable: Final = awaitable
        self._frame: Final = frame

    def __next__(self) -> Any:
        try:
            return self.send(None)
        finally:
            del self

    def send(self, value: object) -> Any:
        """Go on."""
        try:
            return self._awaitable.send(self._frame, value)
        finally:
            del self, value

    def throw(self, error: BaseException) -> Any:
        """Raise an exception."""
        try:
            return self._awaitable.throw(self._frame, error)
        finally:
            del self, error

    def close(self) -> None:
        """Let go."""
        try:
            self._awaitable.close(self._frame)
        finally:
            del self


def _enters_one_at_a_time() -> bool:
    ended = []

    @types.coroutine
    def pause() -> Generator[None]:
        yield

    async def generator() -> Any:
        try:
            await pause()
            yield
        finally:
            ended.append(True)

    kept = generator()
    step = kept.asend(None)
    step.send(None)
    step.close()
    return bool(ended)


ENTERS_ONE_AT_A_TIME: Final = _enters_one_at_a_time()
"""gh-117881: `throw` and `close` of an awaitable know that they enter a generator."""
