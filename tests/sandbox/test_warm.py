"""A fork server whose children cannot be confined runs nothing, and is not left behind."""

import asyncio
import os

import pytest

from app.sandbox.children import NoChild
from app.sandbox.launch import INTERPRETER
from app.sandbox.layers import Layers, offered
from app.sandbox.runner import Refused, Runner
from app.sandbox.warm import WarmChildren
from app.trace.limits import Limits
from tests.processes import children_of, eventually

pytestmark = pytest.mark.skipif(not offered().seccomp, reason="this system has no seccomp")

# The real fork server, in which one layer cannot be had once it has forked.
_UNCONFINING = """
import sys
from app.sandbox.forkserver import __main__ as forkserver, confinement

def confine(self, place, parent):
    raise OSError("no such layer")

confinement.Confinement.confine = confine
forkserver.main(int(sys.argv[1]))
"""


def test_where_a_child_cannot_be_confined_nothing_is_run_and_nothing_left() -> None:
    async def scenario() -> None:
        children = WarmChildren(Limits(), 1, Layers(seccomp=True), (*INTERPRETER, "-c", _UNCONFINING))
        runner = Runner(children, Limits(), workers=1, patience=60)
        with pytest.raises(NoChild, match="could not be confined"):
            await runner.open()
        refused = await runner.run("print(1)")
        assert isinstance(refused, Refused)
        assert refused.reason == "no child"
        descriptors = len(os.listdir("/proc/self/fd"))
        await runner.run("print(1)")
        assert len(os.listdir("/proc/self/fd")) <= descriptors
        await runner.close()

    # Other tests in this process have fork servers of their own.
    others = set(children_of(os.getpid()))
    asyncio.run(scenario())
    assert eventually(lambda: set(children_of(os.getpid())) <= others)
