"""Who is answered compressed: asked in one way for pages and for documents."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware, IdentityResponder
from starlette.types import ASGIApp, Receive, Scope, Send

# A shorter answer fits into one packet either way.
_LEAST_BYTES: Final = 1024
_LEVEL: Final = 6


class Compression(GZipMiddleware):
    """Compresses answers for those who take gzip, but for what comes compressed already.

    What is long is compressed outside the event loop's thread.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, minimum_size=_LEAST_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back."""
        if scope["type"] == "http" and not takes_gzip(Headers(scope=scope).get("Accept-Encoding", "")):
            # Starlette takes the mere word for consent, also in `gzip;q=0`, which says no.
            await IdentityResponder(self.app, self.minimum_size)(scope, receive, send)
            return
        await super().__call__(scope, receive, send)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights: dict[str, bool] = {}
    for choice in accepted.lower().split(","):
        coding, _, parameter = choice.partition(";")
        weight = parameter.strip().removeprefix("q=")
        # A weight of 0, 0.0, ... forbids.
        weights[coding.strip()] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("*", False))
