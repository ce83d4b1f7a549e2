"""Work that is done only for as long as somebody waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.requests import ClientDisconnect, Request


async def while_present[T](request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work for a request whose body has been read; cancel it when the client hangs up.

    Raises ClientDisconnect then. Otherwise a run would be finished, and wait in the queue before
    that, for nobody.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_hang_up(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _hang_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
