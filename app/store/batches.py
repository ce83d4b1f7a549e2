"""What comes while other work is under way is done together, next: many commits share one fsync."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final


class Batches[Item, Result]:
    """Has `work` done in another thread on batches of items, one after the other; it gives a result for each."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._work: Final = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._working: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Result:
        """The result for an item. Raises what `work` raises for its batch."""
        result: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, result))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work_off())
        return await result

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._working is not None:
            await self._working

    async def _work_off(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            done = await asyncio.gather(
                asyncio.to_thread(self._work, [item for item, _ in batch]), return_exceptions=True
            )
            outcome = done[0]
            for position, (_, result) in enumerate(batch):
                # Whoever asked may have gone.
                if result.done():
                    continue
                if isinstance(outcome, BaseException):
                    result.set_exception(outcome)
                else:
                    result.set_result(outcome[position])
