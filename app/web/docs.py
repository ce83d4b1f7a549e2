"""The documentation of the API, as a page of our own.

FastAPI's own page loads its scripts from another site, which our Content-Security-Policy forbids.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.web.site import TheViews

router = APIRouter(include_in_schema=False)

type Schema = Mapping[str, Any]

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers an operation gives."""

    status: str
    description: str
    example: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A method at an address, as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    fields: tuple[tuple[str, str], ...]
    """Each field of the request's body, and what it is."""

    request: str | None
    """An example of the request's body."""

    answers: tuple[Answer, ...]


@router.api_route("/docs", methods=["GET", "HEAD"])
async def docs(request: Request, views: TheViews) -> Response:
    """The documentation of the API."""
    return views.page(request, "docs.html", {"operations": operations(request.app.openapi())})


def operations(openapi: Schema) -> list[Operation]:
    """What an OpenAPI 3.1 document describes, in its order."""
    return [
        _operation(openapi, method, path, operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]


def _operation(openapi: Schema, method: str, path: str, operation: Schema) -> Operation:
    body = operation.get("requestBody", {}).get("content", {}).get(_JSON, {})
    properties = _resolved(openapi, body.get("schema", {})).get("properties", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation["description"],
        fields=tuple((name, field.get("description", "")) for name, field in properties.items()),
        request=_written(_example(openapi, body)) if body else None,
        answers=tuple(
            Answer(status, answer["description"], _written(_example(openapi, answer.get("content", {}).get(_JSON, {}))))
            for status, answer in sorted(operation["responses"].items())
        ),
    )


def _example(openapi: Schema, media: Schema) -> Any:
    """The example that a body is described with, or one made of the examples of its fields."""
    if "example" in media:
        return media["example"]
    properties = _resolved(openapi, media.get("schema", {})).get("properties", {})
    return {name: field["examples"][0] for name, field in properties.items() if "examples" in field}


def _resolved(openapi: Schema, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Any = openapi
    for name in schema["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _written(example: Any) -> str | None:
    return json.dumps(example, indent=2, ensure_ascii=False) if example else None
