"""The player alone, for a slide or another site: the only pages that may be framed."""

from typing import Final

from fastapi import APIRouter, Request, Response

from app.web.pages import lead_to_snippet, show_trace
from app.web.security import EMBED_PREFIX
from app.web.site import TheTraces, TheViews

router = APIRouter(prefix=EMBED_PREFIX.rstrip("/"), include_in_schema=False)

_READ: Final = ["GET", "HEAD"]


@router.api_route("/gallery/{slug}", methods=_READ)
async def gallery(slug: str, request: Request, traces: TheTraces, views: TheViews) -> Response:
    """The embedded player with the trace of a gallery snippet."""
    return await lead_to_snippet(EMBED_PREFIX, slug, request, traces, views)


@router.api_route("/{trace_id}", methods=_READ)
async def embed(trace_id: str, request: Request, traces: TheTraces, views: TheViews) -> Response:
    """The embedded player."""
    return await show_trace("embed.html", trace_id, request, traces, views)
