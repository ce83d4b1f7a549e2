"""The pages for people: the gallery with the editor, the player, and the transcript."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.gallery import by_slug, snippets
from app.web import problems
from app.web.presence import while_present
from app.web.problems import Fault, Problem
from app.web.site import TheClient, TheTraces, TheViews
from app.web.traces import Saved, Traces
from app.web.views import Views, encoded

router = APIRouter(include_in_schema=False)

_READ: Final = ["GET", "HEAD"]

# FastAPI takes an empty field of a form for a missing one.
type _Source = Annotated[str, Form()]
type _From = Annotated[str | None, Query(alias="from")]

# The editor begins with the snippet behind the question that this site grew out of.
_FIRST_IN_EDITOR: Final = "await-a-task"


def _home(source: str | None = None, problem: Problem | None = None) -> dict[str, Any]:
    first = by_slug(_FIRST_IN_EDITOR)
    assert first is not None
    source = first.source if source is None else source
    return {
        "snippets": snippets(),
        "source": source,
        "problem": problem,
        "excerpt": excerpt(source, problem.fault) if problem else None,
    }


def excerpt(source: str, fault: Fault) -> str | None:
    """The line of the source that a fault is about, with its number, and a caret under the column."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if fault.line is None or fault.line > len(lines):
        return None
    line, number = lines[fault.line - 1], f"{fault.line:4}  "
    if fault.column is None:
        return number + line
    # A tab before the column is as wide under the line as it is in it.
    before = re.sub(r"[^\t]", " ", number + line[: fault.column - 1])
    return f"{number}{line}\n{before}^"


@router.api_route("/", methods=_READ)
async def home(request: Request, traces: TheTraces, views: TheViews, origin: _From = None) -> Response:
    """The gallery and the editor, which holds the source of the trace `from` where one is named."""
    if origin is None:
        return views.page(request, "home.html", _home())
    summary = await traces.summary(origin)
    if summary is None:
        return views.problem(request, problems.NO_TRACE)
    return views.page(request, "home.html", _home(summary.source))


@router.post("/run")
async def run(
    request: Request, client: TheClient, traces: TheTraces, views: TheViews, source: _Source = ""
) -> Response:
    """Record what the editor holds, and lead to the player; or say what is wrong beside the editor."""
    recording = await while_present(request, traces.record(source, client))
    fragment = "HX-Request" in request.headers
    if isinstance(recording, Saved):
        # Names a step, because a form's own fragment, #editor, would go along otherwise.
        address = f"/t/{recording.trace_id}#step=0"
        return Response(headers={"HX-Redirect": address}) if fragment else RedirectResponse(address, 303)
    problem = problems.of_recording(recording)
    if fragment:
        return views.problem(request, problem)
    answer = views.page(request, "home.html", _home(source, problem), problem.status)
    answer.headers.update(problem.headers)
    return answer


@router.api_route("/g/{slug}", methods=_READ)
async def gallery(slug: str, request: Request, traces: TheTraces, views: TheViews) -> Response:
    """The player with the trace of a gallery snippet."""
    return await lead_to_snippet("/t/", slug, request, traces, views)


@router.api_route("/t/{trace_id}", methods=_READ)
async def player(trace_id: str, request: Request, traces: TheTraces, views: TheViews) -> Response:
    """The player."""
    return await show_trace("trace.html", trace_id, request, traces, views)


@router.api_route("/t/{trace_id}/transcript", methods=_READ)
async def whole_transcript(trace_id: str, request: Request, traces: TheTraces, views: TheViews) -> Response:
    """Every sentence of a trace, as text."""
    transcript = await traces.transcript(trace_id)
    if transcript is None:
        return views.problem(request, problems.NO_TRACE)
    return StreamingResponse((encoded(block) async for block in transcript), media_type="text/plain")


async def lead_to_snippet(base: str, slug: str, request: Request, traces: Traces, views: Views) -> Response:
    """A redirection to the trace of a gallery snippet, below an address that shows traces."""
    snippet = by_slug(slug)
    if snippet is None:
        return views.problem(request, problems.NO_SNIPPET)
    trace_id = await traces.of_snippet(snippet)
    if not isinstance(trace_id, str):
        return views.problem(request, problems.of_recording(trace_id))
    return RedirectResponse(base + trace_id, 307, {"Cache-Control": "no-cache"})


async def show_trace(template: str, trace_id: str, request: Request, traces: Traces, views: Views) -> Response:
    """A page that shows a trace."""
    summary = await traces.summary(trace_id)
    if summary is None:
        return views.problem(request, problems.NO_TRACE)
    return views.page(request, template, {"trace_id": trace_id, "summary": summary})
