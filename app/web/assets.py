"""The built front end, served so that a browser asks for each version of a file once."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.resources import STATIC

_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class Assets(StaticFiles):
    """Static files. One that is asked for by its version may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; raises HTTPException where there is none."""
        # A part of a file may be asked for, and need not be given (RFC 9110, 14.2); what is wrong with a
        # range would be told in a form that no other error has.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]
        response = await super().get_response(path, scope)
        response.headers["Accept-Ranges"] = "none"
        asked = QueryParams(scope["query_string"]).get("v")
        response.headers["Cache-Control"] = _FOR_GOOD if asked == _version(path) else "no-cache"
        return response


def asset_url(name: str) -> str:
    """The address of a file of the front end; another content has another address."""
    return f"/static/{name}?v={_version(name)}"


def _version(name: str) -> str:
    path = STATIC / name
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return "none"


@lru_cache(maxsize=32)
def _digest(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:16]
