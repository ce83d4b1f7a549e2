"""The JSON API: record a snippet, and read a trace."""

import re
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.sandbox.runner import Refused, busy
from app.trace import Outcome
from app.web import documents, problems, site
from app.web.presence import while_present
from app.web.problems import ErrorBody, Fault
from app.web.site import TheClient, TheRunner, TheTraces, TheViews
from app.web.traces import Saved, Unplayable

router = APIRouter()

_AN_ID: Final = "7m2cw0p4kz9fdy3qtb5x"
_A_SITE: Final = "https://yieldscope.example"
_SYNTAX_ERROR: Final = problems.of_recording(
    Unplayable(Outcome("syntax error", line=1, column=7, message="invalid syntax"))
).fault

_TOO_MANY_RUNS: Final = problems.of_recording(
    Refused("too many runs", "From your address came more runs than one may have in a minute.")
).fault


async def _require_json(request: Request) -> None:
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not re.fullmatch(r"application/.+\+json", media_type):
        raise HTTPException(problems.NOT_JSON.status)


_TRACE_ID: Final = {
    "name": "trace_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "example": _AN_ID,
}


class Snippet(BaseModel):
    """A Python program, to be run and recorded."""

    source: str = Field(description="The program's text.", examples=["print('hello')\n"])


class NewTrace(BaseModel):
    """A trace that was recorded, and where it is."""

    id: str = Field(examples=[_AN_ID])
    url: str = Field(description="The page with the player.", examples=[f"{_A_SITE}/t/{_AN_ID}"])
    embed_url: str = Field(description="The player alone, for a frame.", examples=[f"{_A_SITE}/embed/{_AN_ID}"])
    document_url: str = Field(description="The trace document.", examples=[f"{_A_SITE}/api/traces/{_AN_ID}"])
    steps: int = Field(description="How many steps were recorded.", examples=[46])
    outcome: str = Field(description="How the run ended, in a word.", examples=["finished"])


class Health(BaseModel):
    """Whether the server is up, and what confines the snippets it runs."""

    status: str = Field(examples=["ok"])
    confined_by: list[str] = Field(
        description="The layers that are on, as the README has them; none where everything is unconfined.",
        examples=[["seccomp", "Landlock"]],
    )


def _errors(*cases: tuple[int, str, Fault]) -> dict[int | str, dict[str, Any]]:
    return {
        status: {
            "model": ErrorBody,
            "description": description,
            "content": {"application/json": {"example": ErrorBody(error=fault).model_dump(exclude_none=True)}},
        }
        for status, description, fault in cases
    }


@router.post(
    "/api/traces",
    status_code=201,
    response_model=NewTrace,
    dependencies=[Depends(_require_json)],
    summary="Record a snippet",
    response_description="The trace, and where it is",
    responses={
        201: {"headers": {"Location": {"description": "Where the trace document is.", "schema": {"type": "string"}}}},
        **_errors(
            (400, "The body cannot be read: it is not UTF-8, or nested too deeply", problems.UNREADABLE.fault),
            (413, "The source is longer than the limit", problems.TOO_LARGE.fault),
            (415, "The `Content-Type` is another than `application/json`", problems.NOT_JSON.fault),
            (422, "The source is not Python, or blank, or the request is not of the form above", _SYNTAX_ERROR),
            (429, "Too many runs from one address: try again later", _TOO_MANY_RUNS),
            (503, "Too many snippets wait for their turn: try again", problems.of_recording(busy(1)).fault),
        ),
    },
)
async def record(
    snippet: Snippet, request: Request, response: Response, client: TheClient, traces: TheTraces, views: TheViews
) -> Any:
    """Run a Python program and keep its trace. What the program itself does wrong is in the outcome."""
    recording = await while_present(request, traces.record(snippet.source, client))
    if not isinstance(recording, Saved):
        return views.problem(request, problems.of_recording(recording))
    address, trace_id = views.site(request), recording.trace_id
    document = f"/api/traces/{trace_id}"
    response.headers["Location"] = document
    return NewTrace(
        id=trace_id,
        url=f"{address}/t/{trace_id}",
        embed_url=f"{address}/embed/{trace_id}",
        document_url=address + document,
        steps=recording.steps,
        outcome=recording.outcome.kind,
    )


@router.head("/api/traces/{trace_id}", include_in_schema=False)
@router.get(
    "/api/traces/{trace_id}",
    summary="Read a trace",
    openapi_extra={"parameters": [_TRACE_ID]},
    response_class=Response,
    responses={
        200: {
            "description": "The trace document, which never changes: its `ETag` is its name",
            "content": {"application/json": {"example": {"format": "yieldscope-trace", "version": 1}}},
        },
        304: {"description": "The document is the one that `If-None-Match` names"},
        **_errors((404, "There is no such trace", problems.NO_TRACE.fault)),
    },
)
async def read(request: Request) -> Response:
    """Get a trace document, gzip-compressed for all who take that."""
    # A class asks for one all at once: nothing is asked of FastAPI that would have to be worked out each time. And any
    # text is an id that may be asked for; a parameter would be documented with an answer for those that cannot be used.
    stored = await site.traces(request).load(request.path_params["trace_id"])
    if stored is None:
        return site.views(request).problem(request, problems.NO_TRACE)
    return await documents.answer(request.headers, stored)


@router.head("/health", include_in_schema=False)
@router.get("/health", tags=["service"], summary="Ask whether the server is up", response_description="It is")
async def health(runner: TheRunner) -> Health:
    """Answers as soon as the server takes requests."""
    return Health(status="ok", confined_by=runner.layers.named())
