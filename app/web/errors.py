"""One answer for every kind of error, put in place once for the whole site."""

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.web import problems
from app.web.security import headers_for
from app.web.views import Views


def install(app: FastAPI, views: Views) -> None:
    """Let every error of the app be told as a `Problem`."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return views.problem(request, problems.of_exception(error))

    async def unusable(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return views.problem(request, problems.of_validation(error.errors()))

    async def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=400)  # nobody is there to read it

    async def failed(request: Request, _error: Exception) -> Response:
        answer = views.problem(request, problems.OUR_FAULT)
        # Starlette answers for what nobody caught outside all middleware.
        answer.headers.update(headers_for(request.url.path))
        return answer

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, unusable)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, failed)
