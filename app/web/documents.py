"""A trace document over HTTP: compressed as it rests, and asked for once in a lifetime."""

from typing import Final

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from app.store import Stored
from app.web.compression import takes_gzip

_FOR_GOOD: Final = "public, max-age=31536000, immutable"


async def answer(asked: Headers, stored: Stored) -> Response:
    """The document, in the encoding the client takes; or that it has it already."""
    # Weak (RFC 9110, 8.8.1): the compressed and the plain form go by one name.
    etag = f'W/"{stored.digest}"'
    headers = {"ETag": etag, "Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
    if _names(asked.get("If-None-Match", ""), etag):
        return Response(status_code=304, headers=headers)
    if takes_gzip(asked.get("Accept-Encoding", "")):
        headers["Content-Encoding"] = "gzip"
        return Response(stored.gzipped, headers=headers, media_type="application/json")
    document = await run_in_threadpool(stored.document)
    return Response(document, headers=headers, media_type="application/json")


def _names(if_none_match: str, etag: str) -> bool:
    opaque = etag.removeprefix("W/")
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or opaque in tags
