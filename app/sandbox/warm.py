"""Warm children: forks of one process, the fork server, that has the recorder imported.

The fork server is replaced when it dies or does not answer. The runs under way end with it, and
are told so; the next run finds another one.
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.sandbox import messages
from app.sandbox.children import Child, NoChild, Run
from app.sandbox.forkclient import ForkServer
from app.sandbox.launch import ENVIRONMENT, INTERPRETER, behind_bubblewrap, launched
from app.sandbox.layers import Layers
from app.trace.limits import Limits

_log: Final = logging.getLogger(__name__)

# Started by name: it imports the recorder, which the server must not.
FORK_SERVER: Final = (*INTERPRETER, "-m", "app.sandbox.forkserver")


class WarmChildren:
    """Children of a fork server, confined by those of the `asked` layers that the machine has.

    `command` starts a fork server; the number of its socket is put behind it.
    """

    def __init__(self, limits: Limits, workers: int, asked: Layers, command: Sequence[str] = FORK_SERVER) -> None:
        self._limits: Final = limits
        self._workers: Final = workers
        self._asked: Final = asked
        self._command: Final = command
        self._turn: Final = asyncio.Lock()
        self._fork_server: ForkServer | None = None
        self._replacing: asyncio.Task[None] | None = None
        self._layers = Layers()
        self._closed = False

    @property
    def layers(self) -> Layers:
        """Those in force, once a fork server has been started."""
        return self._layers

    async def open(self) -> None:
        """Start the fork server, so that the first run need not wait for it."""
        await self._running()

    async def start(self, run: Run) -> Child:
        """A fork of the fork server, which is started where there is none."""
        return await (await self._running()).start(run)

    async def close(self) -> None:
        """End the fork server, and with it all of its children."""
        self._closed = True
        if self._replacing is not None:
            self._replacing.cancel()
        if self._fork_server is not None:
            await self._fork_server.end()

    async def _running(self) -> ForkServer:
        async with self._turn:
            if self._closed:
                raise NoChild("the server is shutting down")
            if self._fork_server is None or not self._fork_server.answers:
                self._fork_server = await self._started()
            return self._fork_server

    async def _started(self) -> ForkServer:
        if self._asked.bubblewrap:
            try:
                return await self._started_with(self._asked)
            except NoChild as reason:
                _log.warning("bubblewrap is done without: behind it, %s.", reason)
        return await self._started_with(replace(self._asked, bubblewrap=False))

    async def _started_with(self, layers: Layers) -> ForkServer:
        ours, theirs = messages.pair()
        with theirs:
            command = (*self._command, str(theirs.fileno()))
            if layers.bubblewrap:
                command = (*behind_bubblewrap(command, as_root=os.geteuid() == 0),)
            try:
                process = await asyncio.create_subprocess_exec(
                    *launched(command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    cwd="/",
                    env=ENVIRONMENT,
                )
            except OSError as error:
                ours.close()
                raise NoChild(str(error)) from error
        fork_server = ForkServer(process, ours, self._replace)
        in_force = await fork_server.begin(layers, self._limits, self._workers)
        if layers.seccomp and not in_force.seccomp:
            await fork_server.end()
            raise NoChild("the kernel does not filter system calls")
        self._layers = in_force
        return fork_server

    def _replace(self) -> None:
        # At once, so that whoever runs the next snippet need not wait for the imports.
        if not self._closed and (self._replacing is None or self._replacing.done()):
            _log.error("The fork server has ended, or does not answer: another one takes its place.")
            self._replacing = asyncio.create_task(self._replaced())

    async def _replaced(self) -> None:
        try:
            await self._running()
        except NoChild as reason:
            _log.error("The fork server cannot be replaced just now: %s.", reason)
