"""The only place that wires the parts together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.resources import STATIC
from app.sandbox.children import Children
from app.sandbox.cold import ColdChildren
from app.sandbox.layers import offered
from app.sandbox.runner import Runner
from app.sandbox.warm import WarmChildren
from app.settings import Settings
from app.store import SqliteStore
from app.web import api, docs, embed, errors, pages, problems
from app.web.assets import Assets
from app.web.compression import Compression
from app.web.rate import Rate
from app.web.security import BodyLimit, SafetyHeaders
from app.web.traces import Traces
from app.web.views import Views

_DESCRIPTION: Final = "Records how Python runs a snippet: every send, yield, throw, return and schedule."


def create_app(settings: Settings) -> FastAPI:
    """The site. Raises StoreError, in one plain sentence, where its data cannot be used."""
    store = SqliteStore(settings.data)
    runner = Runner(_children(settings), settings.limits, settings.workers, settings.patience_seconds)
    views = Views(settings.public_url, unsafe=settings.unsafe_local)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await runner.close()
        await store.close()

    app = FastAPI(
        title="Yieldscope",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.runner = runner
    app.state.traces = Traces(runner, store, Rate(settings.runs_per_minute))
    app.state.views = views
    # Looked through in this order for each request; what is asked for most comes first.
    for routes in (api, embed, pages, docs):
        app.include_router(routes.router)
    app.mount("/static", Assets(directory=STATIC, check_dir=False))
    errors.install(app, views)

    def refuse_body(request: Request, status: int) -> Response:
        return views.problem(request, problems.of_exception(HTTPException(status)))

    # The last one added is the first that a request meets.
    app.add_middleware(BodyLimit, most=settings.body_bytes, refuse=refuse_body)
    app.add_middleware(Compression)
    app.add_middleware(SafetyHeaders)
    return app


def _children(settings: Settings) -> Children:
    if settings.unsafe_local:
        return ColdChildren(settings.limits)
    return WarmChildren(settings.limits, settings.workers, offered())
