"""What a route needs: the runner, the traces, and the views. Put into the app's state by `app.main`.

Each is a coroutine: for a plain function FastAPI would go to another thread and back.
"""

from typing import Annotated

from fastapi import Depends, Request

from app.sandbox.runner import Runner
from app.web.traces import Traces
from app.web.views import Views


async def _runner(request: Request) -> Runner:
    runner: Runner = request.app.state.runner
    return runner


async def _traces(request: Request) -> Traces:
    traces: Traces = request.app.state.traces
    return traces


async def _views(request: Request) -> Views:
    views: Views = request.app.state.views
    return views


async def _client(request: Request) -> str:
    return request.client.host if request.client else ""


type TheClient = Annotated[str, Depends(_client)]
"""The address a request comes from."""

type TheRunner = Annotated[Runner, Depends(_runner)]
type TheTraces = Annotated[Traces, Depends(_traces)]
type TheViews = Annotated[Views, Depends(_views)]
