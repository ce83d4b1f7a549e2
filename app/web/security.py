"""What every answer says to the browser about safety, and how much of a request is read."""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EMBED_PREFIX: Final = "/embed/"

# Own files only, nothing inline, nothing evaluated: a snippet's text cannot become a program here
# even where a template had forgotten to escape it.
_CONTENT: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)

_EVERYWHERE: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# A slide may be a file on a disk, or inside a frame of its own making; `*` is the web alone.
_EMBED: Final[Mapping[str, str]] = {
    "Content-Security-Policy": f"{_CONTENT}* file: data: blob:",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_PAGE: Final[Mapping[str, str]] = {
    "Content-Security-Policy": f"{_CONTENT}'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

# An embed in a sandboxed frame has no origin: to it, its own player and its own trace are another
# site's. Traces and the player are the same for everybody, so everybody may read them.
_SHARED: Final[Mapping[str, str]] = {
    **_PAGE,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}
_SHARED_PREFIXES: Final = ("/api/", "/static/")

_MOST_DIGITS: Final = 18


class _Headers:
    """Headers by name, and as they go over the wire."""

    def __init__(self, named: Mapping[str, str]) -> None:
        self.named: Final = {**_EVERYWHERE, **named}
        self.raw: Final = [(name.lower().encode(), value.encode()) for name, value in self.named.items()]


_OF_PAGES: Final = _Headers(_PAGE)
_OF_EMBEDS: Final = _Headers(_EMBED)
_OF_SHARED: Final = _Headers(_SHARED)


def headers_for(path: str) -> Mapping[str, str]:
    """The safety headers of whatever is answered at a path. No route sets one of these itself."""
    return _headers_for(path).named


def _headers_for(path: str) -> _Headers:
    if path.startswith(EMBED_PREFIX):
        return _OF_EMBEDS
    return _OF_SHARED if path.startswith(_SHARED_PREFIXES) else _OF_PAGES


class SafetyHeaders:
    """Puts the safety headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app: Final = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_headers_for(scope["path"]).raw]
            await send(message)

        await self._app(scope, receive, send_safely)


class BodyLimit:
    """Refuses a body that is too long: at once where it says so itself, else as soon as it is.

    `refuse` gives the answer for a status.
    """

    def __init__(self, app: ASGIApp, most: int, refuse: Callable[[Request, int], Response]) -> None:
        self._app: Final = app
        self._most: Final = most
        self._refuse: Final = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as long as its body is not too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if refused := self._refused(Headers(scope=scope).get("Content-Length", "0")):
            await self._refuse(Request(scope), refused)(scope, receive, send)
            return
        read = 0

        async def receive_at_most() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                # An HTTPException, because FastAPI takes any other one for a body it cannot parse.
                raise HTTPException(413)
            return message

        await self._app(scope, receive_at_most, send)

    def _refused(self, length: str) -> int | None:
        # Digits alone (RFC 9110, 8.6), which `int` would not insist on.
        if not (length.isascii() and length.isdigit()):
            return 400
        # So many digits are too many, whatever they say; `int` would read no more than some thousand.
        return 413 if len(length) > _MOST_DIGITS or int(length) > self._most else None
