"""Cold children: an interpreter of its own for each run, confined by nothing but its limits.

For one's own snippets on one's own machine: the command line, and `serve --unsafe-local` where
the kernel cannot confine. It works wherever Python does; a run takes about 70 ms more.
"""

import asyncio
import compileall
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Final

from app.sandbox.children import Child, NoChild, Run
from app.sandbox.launch import ENVIRONMENT, INTERPRETER, launched
from app.sandbox.layers import Layers
from app.sandbox.scratch import Scratch
from app.trace.limits import Limits

# Started by name, so that the server never imports it.
RECORDER: Final = (*INTERPRETER, "-m", "app.capture")

_IS_POSIX: Final = os.name == "posix"


class ColdChildren:
    """Starts `command` anew for each run; it reads its request from standard input."""

    layers: Final = Layers()

    def __init__(self, limits: Limits, command: Sequence[str] = RECORDER) -> None:
        self._limits: Final = limits
        self._command: Final = command

    async def open(self) -> None:
        """Spare each child a third of a short run: it would compile the recorder anew."""
        await asyncio.to_thread(_compile_recorder)

    async def start(self, run: Run) -> Child:
        """A new interpreter. Raises NoChild where the machine cannot start one."""
        await self.open()
        wanted = {"source": run.source, "limits": asdict(self._limits), "journal": run.journal.path}
        content = json.dumps(wanted).encode()
        with Scratch(len(content), content) as request:
            try:
                process = await asyncio.create_subprocess_exec(
                    *launched(self._command),
                    stdin=request.descriptor,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=run.last_words.descriptor,
                    pass_fds=[run.journal.descriptor] if _IS_POSIX else [],
                    start_new_session=_IS_POSIX,
                    cwd=Path(sys.executable).anchor,
                    env=ENVIRONMENT,
                )
            except OSError as error:
                raise NoChild(str(error)) from error
        return _ColdChild(process)

    async def close(self) -> None:
        """Nothing is left once each child has ended."""


class _ColdChild:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process: Final = process

    async def ended(self) -> int:
        return await self._process.wait()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            if _IS_POSIX:
                # The child leads a process group: whatever it started and left behind goes with it. After its own
                # end its number stays taken for as long as a process of the group is there.
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


@cache
def _compile_recorder() -> None:
    # Where the folder cannot be written to, it stays as it is.
    compileall.compile_dir(Path(__file__).parents[1] / "capture", quiet=2)
