"""The server: the site behind a socket."""

import json
import logging
import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.main import create_app
from app.sandbox.children import NoChild
from app.sandbox.layers import offered
from app.sandbox.runner import Runner
from app.settings import Settings
from app.web import problems
from app.web.security import headers_for

_log: Final = logging.getLogger(__name__)

_LOOPBACK: Final = "127.0.0.1"

_SECONDS_TO_FINISH: Final = 5
"""How long requests under way have when the server is told to end."""


class ConfinementError(Exception):
    """Snippets cannot be confined here; the message is one plain sentence."""


class ListenError(Exception):
    """The address cannot be listened at; the message is one plain sentence."""


class _Protocol(HttpToolsProtocol):
    """HTTP, that tells also what cannot be read at all as every other error is told to programs."""

    def send_400_response(self, msg: str) -> None:
        """Answer a request whose beginning makes no sense, and hang up."""
        problem = problems.UNREADABLE
        body = json.dumps(problem.body()).encode()
        headers = {
            **headers_for("/"),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.transport.write("\r\n".join(lines).encode("ascii") + body)
        self.transport.close()


class _Server(uvicorn.Server):
    """Says where the site is as soon as it can be visited, and lets nobody wait for its end."""

    def __init__(self, config: uvicorn.Config, runner: Runner) -> None:
        super().__init__(config)
        self._runner = runner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Before anybody can ask for it, the first run is ready to begin.
        await self._runner.open()
        _log.info("What confines snippets: %s", ", ".join(self._runner.layers.named()) or "nothing")
        await super().startup(sockets)
        if self.started and sockets:
            print(f"Yieldscope is at {_address(sockets[0])}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # First, so that who waits for a run is told so while there still is somebody to tell it.
        await self._runner.close()
        await super().shutdown(sockets)


def serve(settings: Settings) -> None:
    """Serve the site until it is told to end.

    Raises StoreError, ListenError or ConfinementError, before anything is served, where it cannot be.
    """
    if not settings.unsafe_local and not offered().seccomp:
        raise ConfinementError(
            "This system cannot confine snippets: it has no seccomp, or libseccomp is not installed. "
            f"To run your own snippets unconfined on {_LOOPBACK}, start with --unsafe-local."
        )
    app = create_app(settings)
    with _listening(settings.host, settings.port) as listener:
        if settings.unsafe_local and not ip_address(listener.getsockname()[0]).is_loopback:
            raise ListenError(f"With --unsafe-local nobody else may come: {settings.host} is not {_LOOPBACK}.")
        config = uvicorn.Config(
            app,
            http=_Protocol,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        )
        # The server ends what is under way at the first Ctrl-C, and then raises it once more.
        with suppress(KeyboardInterrupt):
            try:
                _Server(config, app.state.runner).run(sockets=[listener])
            except NoChild as reason:
                raise ConfinementError(f"Snippets cannot be run here: {reason}.") from None


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise ListenError(f"Cannot listen at {host}: {error.strerror}.") from None
    # asyncio sends without delay (TCP_NODELAY) only where the protocol is named; otherwise each
    # answer's body would wait 40 ms for its head to be acknowledged.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise ListenError(f"Cannot listen at {host}, port {port}: {os.strerror(error.errno or 0)}.") from None
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
