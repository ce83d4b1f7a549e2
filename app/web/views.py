"""From a context to a page: the templates, and the few helpers they may use."""

import json
from collections.abc import Mapping
from typing import Any, Final

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.resources import TEMPLATES
from app.web.assets import asset_url
from app.web.problems import Problem
from app.web.security import EMBED_PREFIX

# What talks to programs answers with JSON, errors included.
_PROGRAMS: Final = ("/api/", "/openapi.json", "/health")


class Views:
    """Renders templates. Whatever is put into one is text: every template escapes."""

    def __init__(self, public_url: str, *, unsafe: bool = False) -> None:
        self._public_url: Final = public_url
        self._templates: Final = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["asset"] = asset_url
        # Whether snippets run unconfined, which every page then says.
        self._templates.globals["unsafe"] = unsafe
        self._templates.filters["code"] = code

    def page(self, request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A page, or with a template of `_partials/` a fragment of one."""
        content = self._templates.get_template(template).render(site=self.site(request), **context)
        return HTMLResponse(encoded(content), status, {"Cache-Control": "no-cache", "Vary": "HX-Request"})

    def problem(self, request: Request, problem: Problem) -> Response:
        """An error in the form that whoever asks can use."""
        if request.url.path.startswith(_PROGRAMS):
            body = encoded(json.dumps(problem.body(), ensure_ascii=False, separators=(",", ":")))
            return Response(body, problem.status, problem.headers, media_type="application/json")
        template = "_partials/problem.html" if "HX-Request" in request.headers else "error.html"
        context = {"problem": problem, "framed": request.url.path.startswith(EMBED_PREFIX)}
        page = self.page(request, template, context, problem.status)
        page.headers.update(problem.headers)
        return page

    def site(self, request: Request) -> str:
        """The address of the site, without a slash at its end, as a visitor knows it."""
        return self._public_url or str(request.base_url).rstrip("/")


def encoded(text: str) -> bytes:
    r"""A text as UTF-8; lone surrogates, which a snippet may name or raise and UTF-8 cannot hold, become `\ud800`."""
    return text.encode("utf-8", "backslashreplace")


def code(text: str) -> Markup:
    """A text in which `...` encloses code, as markup; all of it is escaped."""
    pieces = text.split("`")
    marked = [Markup("<code>{}</code>").format(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces)]
    return Markup().join(marked)
