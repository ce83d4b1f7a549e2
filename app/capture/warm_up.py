"""A first run, so that whatever a process does once has been done before it forks.

Code is specialized and instrumented as it runs, modules are imported late, caches fill: a child
would have to do it all over again, in memory of its own.
"""

import sys
from typing import Final, NoReturn

from app.capture.run import Recording
from app.trace.document import Outcome
from app.trace.journal import Journal, journal_size
from app.trace.limits import Limits

_STEPS: Final = 2000
_LEDGER_BYTES: Final = 64 * 1024
_SNIPPET: Final = """\
import asyncio, contextlib

def numbers():
    with contextlib.suppress(ValueError):
        received = yield 1
    return received

def delegating():
    result = yield from numbers()
    return [result for _ in range(2)]

@contextlib.contextmanager
def managed():
    try:
        yield
    finally:
        pass

async def generated():
    yield 1

async def child(seconds):
    await asyncio.sleep(seconds)
    if seconds:
        raise ValueError("x")
    return seconds

async def main():
    async for _ in generated():
        with managed():
            print(await child(0))
    async with asyncio.timeout(9), asyncio.TaskGroup() as group:
        group.create_task(child(0))
    task = asyncio.create_task(child(1))
    await asyncio.gather(child(0), task, return_exceptions=True)
    task.cancel()

generator = delegating()
next(generator)
with contextlib.suppress(StopIteration):
    generator.send(2)
generator.close()
asyncio.run(main())
"""


def warm_up(limits: Limits) -> None:
    """Record a run of a snippet that uses what most do."""

    def stop(outcome: Outcome) -> NoReturn:
        raise AssertionError(outcome)

    journal = Journal(bytearray(journal_size(_STEPS, _LEDGER_BYTES)), _STEPS)
    own = sys.stdin, sys.stdout, sys.stderr, sys.unraisablehook
    outcome = Recording(journal, limits, stop).run(_SNIPPET)
    sys.stdin, sys.stdout, sys.stderr, sys.unraisablehook = own
    assert outcome.kind == "finished", outcome
