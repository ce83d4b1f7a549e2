"""Random programs of coroutines and async generators that show when each thing happens."""

from collections.abc import Sequence
from typing import Final

from tests.capture.effects import PRELUDE, Effects
from tests.capture.grammar import Lines, Statement

_LOOP: Final = "asyncio.get_running_loop()"
_FUTURE: Final = f"{_LOOP}.create_future()"


class CoroutineEffects(Effects):
    """A program of coroutines and async generators that asyncio runs."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, functions=3 + seed % 4)
        self.source = "\n".join([PRELUDE, *self._definitions(), *self._driver()]) + "\n"

    def _definitions(self) -> Lines:
        for function in range(self.functions):
            yield f"async def {self._name(function)}(s):"
            yield "    x = y = None"
            if self._is_async_generator(function):
                yield "    yield"
            yield from self.body(function)

    def _is_async_generator(self, function: int) -> bool:
        return function % 3 == 1

    def _name(self, function: int) -> str:
        return f"{'a' if self._is_async_generator(function) else 'c'}{function}"

    def simple(self) -> Sequence[Statement]:
        waiting = [self._awaiting, self._yielding if self._is_async_generator(self.function) else self._sleeping]
        return [
            *self.effects(), *waiting * 8, self._stepping, self._looping, self._looping_to_its_end, *[self._tasks] * 4,
            self._scheduling, self._async_with, self._abandoning,
        ]  # fmt: skip

    def returning(self) -> Lines:
        if self._is_async_generator(self.function):
            yield "return"
        else:
            yield from super().returning()

    def _coroutine(self) -> str:
        made = [f"{self._name(later)}(s)" for later in self.later() if not self._is_async_generator(later)]
        return self.random.choice([*made * 2, f"asyncio.sleep({self._delay()}, Loud({self.value()}))"])

    def _async_generator(self) -> str:
        made = [f"{self._name(later)}(s)" for later in self.later() if self._is_async_generator(later)]
        return self.random.choice(made) if made else f"anything({self.value()})"

    def _delay(self) -> str:
        return self.random.choice(["0", "0", "0.1", "0.2"])

    def _sleeping(self) -> Lines:
        yield f"await asyncio.sleep({self._delay()})"

    def _awaiting(self) -> Lines:
        awaited = self._coroutine()
        yield self.random.choice(
            [f"x = await {awaited}", f"show(await {awaited})", f"await {awaited}", f"y = show(await {awaited})"]
        )

    def _yielding(self) -> Lines:
        number = self.value()
        yield self.random.choice([f"x = yield {number}", f"yield Loud({number})", "show((yield x))", "y = yield y"])

    def _stepping(self) -> Lines:
        yield f"y = {self._async_generator()}"
        yield "x = await anext(y, None)"
        step = ["anext(y)", f"y.asend({self.value()})", "y.athrow(ValueError('thrown'))", "y.aclose()"]
        yield f"show(await {self.random.choice(step)})"

    def _looping(self) -> Lines:
        yield f"async for x in {self._async_generator()}:"
        yield from self.block()
        if self.random.random() < 0.5:
            yield "    break"

    def _looping_to_its_end(self) -> Lines:
        yield f"async with contextlib.aclosing({self._async_generator()}) as y:"
        yield "    async for x in y:"
        yield "        show(x)"
        yield self.random.choice(["        break", "    show(x)"])

    def _tasks(self) -> Lines:
        one, other = self._coroutine(), self._coroutine()
        yield from self.random.choice(
            [
                [f"y = asyncio.create_task({one})", "await asyncio.sleep(0)", "y.cancel()", "await y"],
                [f"y = asyncio.create_task({one})", "show(await y)"],
                [
                    f"y = asyncio.ensure_future({one})",
                    "y.add_done_callback(lambda task: print('done', task.cancelled()))",
                ],
                [f"x = await asyncio.gather({one}, {other}, return_exceptions=True)", "show(*x)"],
                [f"await asyncio.gather({one}, {other})"],
                [f"await asyncio.wait_for({one}, 0.15)"],
                ["async with asyncio.timeout(0.15):", f"    show(await {one})", f"    await {other}"],
                [
                    "async with asyncio.TaskGroup() as y:",
                    f"    y.create_task({one})",
                    f"    y.create_task({other})",
                    "y = None",
                ],
            ]
        )

    def _scheduling(self) -> Lines:
        number = self.value()
        yield self.random.choice(
            [
                f"{_LOOP}.call_soon(print, {number})",
                f"{_LOOP}.call_later(0.1, show, Loud({number}))",
                f"y = {_LOOP}.call_later(0.1, print, {number}); y.cancel()",
                f"y = {_FUTURE}; {_LOOP}.call_later(0.1, y.set_result, Loud({number})); x = await y",
                f"print({_LOOP}.time(), len(asyncio.all_tasks()))",
            ]
        )

    def _async_with(self) -> Lines:
        yield f"async with Manager({self.value()}) as y:"
        yield from self.block(self.random.randint(1, 2))

    def _abandoning(self) -> Lines:
        yield self.random.choice(
            [
                self._coroutine(),
                f"{_FUTURE}.set_exception(ValueError({self.value()}))",
                f"await anext({self._async_generator()})",
                f"asyncio.create_task({self._coroutine()})",
            ]
        )

    def _driver(self) -> Lines:
        self.function = -1
        yield "async def anything(s):"
        yield "    yield Loud(s)"
        yield "    await asyncio.sleep(0)"
        yield "async def main(s):"
        for _ in range(self.random.randint(1, 3)):
            yield "    try:"
            for line in self.random.choice([self._awaiting, self._stepping, self._looping, self._tasks, self._tasks])():
                yield f"        {line}"
            yield "    except BaseException as error:"
            yield f"        {self.ends()}"
        yield from self.random.choice([[], ["    raise ValueError(Loud('main'))"], ["    return await c0(s)"]])
        yield "try:"
        yield "    show(asyncio.run(main([Loud('s')])))"
        yield "except BaseException as error:"
        yield f"    {self.ends()}"
        if self.random.random() < 0.2:
            yield "asyncio.run(main(None))"
