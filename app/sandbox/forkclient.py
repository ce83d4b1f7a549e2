"""The server's end of the line to one fork server: runs are asked for, and children reported."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict
from itertools import count
from typing import Final

from app.sandbox import messages
from app.sandbox.children import CutOff, NoChild, Run
from app.sandbox.layers import Layers
from app.sandbox.messages import Message
from app.sandbox.scratch import LAST_WORDS_BYTES, Scratch
from app.sandbox.system_calls import filter_program
from app.trace.journal import journal_size
from app.trace.limits import Limits

_SECONDS_TO_BEGIN: Final = 20.0
_SECONDS_TO_ANSWER: Final = 2.0
"""A fork server does nothing else than answer, within a millisecond; the rest is for a machine under load."""


class ForkServer:
    """One fork server, from its start to its end. `lost` is called when it has ended, or does not answer."""

    def __init__(
        self, process: asyncio.subprocess.Process, connection: socket.socket, lost: Callable[[], None]
    ) -> None:
        self._process: Final = process
        self._connection: Final = connection
        self._lost: Final = lost
        self._loop: Final = asyncio.get_running_loop()
        self._numbers: Final = count()
        self._asked: Final[dict[int, asyncio.Future[WarmChild]]] = {}
        self._children: Final[dict[int, WarmChild]] = {}
        self._ready: Final[asyncio.Future[Layers]] = self._loop.create_future()
        self._is_ready = False
        self.answers = True
        """Whether it can be asked for runs: it is not at its end."""

        connection.setblocking(False)
        self._loop.add_reader(connection, self._read)

    async def begin(self, asked: Layers, limits: Limits, workers: int) -> Layers:
        """Tell it how to confine, and wait until it is ready; returns the layers in force. Raises NoChild."""
        hello = {"layers": asked.as_dict(), "limits": asdict(limits), "workers": workers}
        try:
            with ExitStack() as files:
                programs = [
                    files.enter_context(Scratch(len(program), program)).descriptor
                    for program in (filter_program(may_open=True), filter_program(may_open=False))
                ]
                messages.send(self._connection, hello, programs)
            async with asyncio.timeout(_SECONDS_TO_BEGIN):
                layers = await self._ready
                await self._try_out(limits)
        except asyncio.CancelledError:
            self._leave()
            raise
        except NoChild:
            await self.end()
            raise
        except (OSError, CutOff, TimeoutError) as error:
            await self.end()
            raise NoChild("the fork server does not start, or ends") from error
        self._is_ready = True
        return layers

    async def _try_out(self, limits: Limits) -> None:
        # So that a child that cannot be confined is found out before a visitor's; and because the first fork finds
        # memory as no later one does, and its objects at other addresses.
        with Scratch(journal_size(limits.steps, limits.ledger_bytes)) as journal, Scratch(LAST_WORDS_BYTES) as words:
            child = await self.start(Run("", journal, words, place=0))
            await child.ended()

    async def start(self, run: Run) -> "WarmChild":
        """Fork a child. Raises NoChild where it cannot, CutOff where it does not answer."""
        number = next(self._numbers)
        asked: asyncio.Future[WarmChild] = self._loop.create_future()
        self._asked[number] = asked
        source = run.source.encode("utf-8", "surrogatepass")
        try:
            with Scratch(len(source), source) as request:
                files = [request.descriptor, run.journal.descriptor, run.last_words.descriptor]
                messages.send(self._connection, {"run": number, "place": run.place}, files)
            async with asyncio.timeout(_SECONDS_TO_ANSWER):
                return await asked
        except (OSError, TimeoutError):
            self.give_up()
            raise CutOff from None
        except asyncio.CancelledError:
            if asked.done() and not asked.cancelled() and asked.exception() is None:
                asked.result().kill()
            raise
        finally:
            del self._asked[number]

    async def end(self) -> None:
        """Put an end to it, and with it to its children."""
        self._leave()
        await self._process.wait()

    def give_up(self) -> None:
        """Put an end to it, since it does not answer."""
        if self.answers:
            self._leave()
            if self._is_ready:
                self._lost()

    def _leave(self) -> None:
        if not self.answers:
            return
        self.answers = False
        self._loop.remove_reader(self._connection)
        self._connection.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        _fail(self._ready)
        for asked in self._asked.values():
            _fail(asked)
        for child in self._children.values():
            child.cut_off()
        self._children.clear()

    def _read(self) -> None:
        while self.answers:
            try:
                message, descriptors = messages.receive(self._connection)
            except BlockingIOError:
                return
            except (EOFError, OSError, ValueError):
                self.give_up()
            else:
                self._told(message, descriptors)

    def _told(self, message: Message, descriptors: list[int]) -> None:
        match message:
            case {"layers": layers}:
                self._ready.set_result(Layers(**layers))
            case {"run": number, "pid": pid}:
                child = self._children[pid] = WarmChild(pid, descriptors[0], self.give_up)
                asked = self._asked.get(number)
                if asked is None or asked.done():
                    # Whoever asked for it has gone.
                    child.kill()
                else:
                    asked.set_result(child)
            case {"run": number, "error": reason}:
                asked = self._asked.get(number)
                if asked is not None and not asked.done():
                    asked.set_exception(NoChild(reason))
            case {"pid": pid, "status": status}:
                self._children.pop(pid).ended_with(status)


class WarmChild:
    """A fork of the fork server. `unreported` is called where its end is not told in time."""

    def __init__(self, pid: int, descriptor: int, unreported: Callable[[], None]) -> None:
        self.pid: Final = pid
        self._descriptor: Final = descriptor
        self._unreported: Final = unreported
        self._loop: Final = asyncio.get_running_loop()
        self._status: Final[asyncio.Future[int]] = self._loop.create_future()
        self._patience: asyncio.TimerHandle | None = None
        self._loop.add_reader(descriptor, self._gone)

    async def ended(self) -> int:
        """How it ended. Raises NoChild where it could not be confined, CutOff where its fork server ended first."""
        status = await asyncio.shield(self._status)
        if status == -messages.UNCONFINED:
            raise NoChild("a child could not be confined")
        return status

    def kill(self) -> None:
        """Put an end to it."""
        if not self._status.done():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def ended_with(self, status: int) -> None:
        """It has ended, and was reaped."""
        self._let_go()
        self._status.set_result(status)

    def cut_off(self) -> None:
        """Its fork server has ended, and the kernel ends it with that."""
        self.kill()
        self._let_go()
        _fail(self._status)

    def _gone(self) -> None:
        # Its end is reported by the fork server, which alone learns how it ended, and soon.
        self._loop.remove_reader(self._descriptor)
        self._patience = self._loop.call_later(_SECONDS_TO_ANSWER, self._unreported)

    def _let_go(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)


def _fail[T](waiting: asyncio.Future[T]) -> None:
    if not waiting.done():
        waiting.set_exception(CutOff())
        # Nobody may be waiting.
        waiting.exception()
