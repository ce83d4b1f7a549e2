"""A trace document over HTTP: compressed as it rests, and asked for once in a lifetime."""

from typing import Final

from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response

from app.store import Stored

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


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    weights: dict[str, bool] = {}
    for choice in accepted.lower().split(","):
        coding, _, parameter = choice.partition(";")
        weight = parameter.strip().removeprefix("q=")
        # A weight of 0, 0.0, ... forbids.
        weights[coding.strip()] = weight.strip("0.") != "" or weight == ""
    return weights.get("gzip", weights.get("*", False))


def _names(if_none_match: str, etag: str) -> bool:
    opaque = etag.removeprefix("W/")
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in tags or opaque in tags
