"""What a route needs: the runner, the traces, and the views. Put into the app's state by `app.main`.

What FastAPI is given is a coroutine: for a plain function it would go to another thread and back.
"""

from typing import Annotated

from fastapi import Depends, Request

from app.sandbox.runner import Runner
from app.web.traces import Traces
from app.web.views import Views


def runner(request: Request) -> Runner:
    """The runner of the site that is asked."""
    found: Runner = request.app.state.runner
    return found


def traces(request: Request) -> Traces:
    """The traces of the site that is asked."""
    found: Traces = request.app.state.traces
    return found


def views(request: Request) -> Views:
    """The views of the site that is asked."""
    found: Views = request.app.state.views
    return found


async def _runner(request: Request) -> Runner:
    return runner(request)


async def _traces(request: Request) -> Traces:
    return traces(request)


async def _views(request: Request) -> Views:
    return views(request)


async def _client(request: Request) -> str:
    return request.client.host if request.client else ""


type TheClient = Annotated[str, Depends(_client)]
"""The address a request comes from."""

type TheRunner = Annotated[Runner, Depends(_runner)]
type TheTraces = Annotated[Traces, Depends(_traces)]
type TheViews = Annotated[Views, Depends(_views)]
