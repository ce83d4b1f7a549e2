"""What a route needs: the traces, and the views. Put into the app's state by `app.main`."""

from typing import Annotated

from fastapi import Depends, Request

from app.web.traces import Traces
from app.web.views import Views


def _traces(request: Request) -> Traces:
    traces: Traces = request.app.state.traces
    return traces


def _views(request: Request) -> Views:
    views: Views = request.app.state.views
    return views


type TheTraces = Annotated[Traces, Depends(_traces)]
type TheViews = Annotated[Views, Depends(_views)]
