"""The site asked without a client in between, which would mend or refuse what is odd about a request."""

import asyncio
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import unquote

from starlette.types import Message

from app.main import create_app
from app.settings import Settings

type Headers = Sequence[tuple[bytes, bytes]]

# Whoever asks there is a program.
_PROGRAMS: Final = ("/api/", "/health", "/openapi.json")


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is not compressed any more."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, messages: Sequence[Message]) -> Self:
        """The answer that was sent in messages of ASGI."""
        start, *rest = messages
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
        body = b"".join(message.get("body", b"") for message in rest)
        compressed = headers.get("content-encoding") == "gzip" and body
        return cls(start["status"], headers, gzip.decompress(body) if compressed else body)


class Site:
    """The whole site on an event loop of its own, for as long as the context lasts."""

    def __init__(self, data: Path, **settings: Any) -> None:
        self._app: Final = create_app(Settings(data=data, runs_per_minute=0, **settings))
        self._loop: Final = asyncio.Runner()
        self._life: Final = self._app.router.lifespan_context(self._app)

    def __enter__(self) -> Self:
        self._loop.run(self._begin())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._end())
        self._loop.close()

    def ask(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Answer:
        """The answer to a request, whose target is written as it goes over the wire.

        Raises what the site raises: it answers such a request with a 500 before.
        """
        raw, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            # As uvicorn has it.
            "path": unquote(raw),
            "raw_path": raw.encode("ascii"),
            "query_string": query.encode("ascii"),
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }
        return self._loop.run(self._answer(scope, body))

    def record(self, source: str) -> str:
        """The id of the trace of a snippet."""
        body = json.dumps({"source": source}).encode()
        answer = self.ask("POST", "/api/traces", [(b"content-type", b"application/json")], body)
        assert answer.status == 201, answer
        trace_id: str = json.loads(answer.body)["id"]
        return trace_id

    async def _begin(self) -> None:
        await self._life.__aenter__()

    async def _end(self) -> None:
        await self._life.__aexit__(None, None, None)

    async def _answer(self, scope: dict[str, Any], body: bytes) -> Answer:
        to_come: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            if not to_come:
                # The client stays, and says no more.
                await asyncio.get_running_loop().create_future()
            return to_come.pop()

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        return Answer.of(sent)


def assert_told_as_an_error(answer: Answer, target: str, *, fragment: bool) -> None:
    """Fails where an error is told in another shape than all others."""
    kind = answer.headers["content-type"]
    if unquote(target.partition("?")[0]).startswith(_PROGRAMS):
        assert kind == "application/json"
        assert_the_error_of_json(answer.body)
    else:
        assert kind == "text/html; charset=utf-8"
        page = answer.body.decode()
        # A form that came to nothing shows the editor again, and the fault beside it.
        shape = r'<p class="problem"' if fragment else r'<h1>[^<]+</h1>\n  <p>[^<]+|<p class="problem"'
        assert re.search(shape, page), page


def assert_the_error_of_json(body: bytes) -> None:
    """Fails where a body is not that of an error, as the documentation has it."""
    told = json.loads(body)
    assert told.keys() == {"error"}
    assert {"code", "message"} <= told["error"].keys() <= {"code", "message", "line", "column"}
    assert re.fullmatch(r"[a-z_]+", told["error"]["code"])
    assert told["error"]["message"]
