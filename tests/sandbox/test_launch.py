"""What a child is started through, where the system has it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest

from app.sandbox.cold import ColdChildren
from app.sandbox.launch import ENDS_WITH_ITS_PARENT, SAME_ADDRESSES, launched, working
from app.sandbox.layers import offered
from app.sandbox.runner import Recorded, Runner
from app.sandbox.warm import WarmChildren
from app.trace.limits import Limits
from tests.sandbox.conftest import is_alive

ROOT = Path(__file__).parents[2]

# The order of the set is that of the things' addresses.
ORDERED_BY_ADDRESS = """\
class Thing:
    pass

things = [Thing() for _ in range(50)]
print([things.index(thing) for thing in set(things)], id(things[0]))
"""

# Starts a child that waits without end, and says its process id.
SERVER = """
    import asyncio, sys
    from app.sandbox.cold import ColdChildren
    from app.sandbox.runner import Runner
    from app.trace.limits import Limits

    child = "import os, time; print(os.getpid(), file=open(sys.argv[1], 'w')); time.sleep(600)"
    command = (sys.executable, "-c", "import sys;" + child, sys.argv[1])
    limits = Limits(wall_seconds=600)
    asyncio.run(Runner(ColdChildren(limits, command), limits, 1, 0).run("pass"))
"""


def until(path: Path) -> int:
    """The number in a file, as soon as it is there."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return int(text)
        time.sleep(0.01)
    raise AssertionError(f"{path} was not written")


def test_a_tool_that_is_missing_or_fails_is_done_without() -> None:
    assert working(("no-such-tool",)) == ()
    assert working(("false",)) == ()


def test_a_program_that_cannot_be_run_is_told_from_one_that_fails() -> None:
    for path in ("/nonexistent/python", __file__):
        with pytest.raises(FileNotFoundError):
            launched((path,))
    assert launched((sys.executable, "-V"))[-2:] == (sys.executable, "-V")


@pytest.mark.skipif(not working(SAME_ADDRESSES), reason="the system does not let addresses stay the same")
@pytest.mark.parametrize("warm", [False, True])
def test_what_depends_on_addresses_is_the_same_in_every_run(*, warm: bool) -> None:
    async def scenario() -> list[bytes]:
        children = WarmChildren(Limits(), 2, offered()) if warm else ColdChildren(Limits())
        runner = Runner(children, Limits(), workers=2, patience=60)
        results = await asyncio.gather(*(runner.run(ORDERED_BY_ADDRESS) for _ in range(4)))
        await runner.close()
        return [result.trace.to_json() for result in results if isinstance(result, Recorded)]

    first, *others = asyncio.run(scenario())
    assert b'"finished"' in first
    assert others == [first] * 3


@pytest.mark.skipif(not working(ENDS_WITH_ITS_PARENT), reason="the system does not end a child with its parent")
def test_a_child_that_waits_without_end_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with subprocess.Popen([sys.executable, "-c", dedent(SERVER), str(note)], cwd=ROOT) as server:
        child = until(note)
        assert is_alive(child)
        server.kill()
    deadline = time.monotonic() + 5
    while is_alive(child):
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            raise AssertionError("the child lives on")
        time.sleep(0.01)
