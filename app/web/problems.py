"""What can be wrong with a request: one shape for it, whether a person or a program asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from app.sandbox.runner import Refused
from app.trace.narration import narrate_outcome
from app.web.traces import Blank, Unplayable


class Fault(BaseModel):
    """What went wrong: a word for programs, a sentence for people."""

    code: str = Field(description="A word that stays the same, for programs.")
    message: str = Field(description="A sentence, for people.")
    line: int | None = Field(default=None, description="The line of the source it is about, from 1.")
    column: int | None = Field(default=None, description="The column of that line, from 1.")


class ErrorBody(BaseModel):
    """The body of every answer that is an error."""

    error: Fault


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, before it is known whether a page, a fragment or JSON will tell it."""

    status: int
    fault: Fault
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The error as JSON has it."""
        return ErrorBody(error=self.fault).model_dump(exclude_none=True)

    @property
    def title(self) -> str:
        """The name of the status, as a page's heading."""
        return HTTPStatus(self.status).phrase


NO_TRACE: Final = Problem(404, Fault(code="unknown_trace", message="There is no trace with this id."))
NO_SNIPPET: Final = Problem(404, Fault(code="unknown_snippet", message="The gallery has no snippet of this name."))
UNREADABLE: Final = Problem(400, Fault(code="bad_request", message="The request cannot be read."))
TOO_LARGE: Final = Problem(413, Fault(code="body_too_large", message="The request is longer than any snippet may be."))
NOTHING_TO_RUN: Final = Problem(
    422, Fault(code="nothing_to_run", message="There is nothing to run: write a snippet first.")
)
NOT_JSON: Final = Problem(
    415,
    Fault(
        code="unsupported_media_type",
        message="The request must be JSON, with the header Content-Type: application/json.",
    ),
    {"Accept": "application/json"},
)
OUR_FAULT: Final = Problem(
    500, Fault(code="internal_error", message="Something went wrong on our side. The log of the server says more.")
)

# What is refused outside of the routes, by an exception.
_OF_STATUS: Final[Mapping[int, Problem]] = {problem.status: problem for problem in (UNREADABLE, TOO_LARGE, NOT_JSON)}

_SENTENCES: Final[Mapping[int, str]] = {
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
}

_RULES: Final[Mapping[str, str]] = {
    "json_invalid": "is not JSON",
    "missing": "is missing",
    "model_attributes_type": "is no JSON object",
    "string_type": "must be text",
}


def of_recording(failure: Blank | Unplayable | Refused) -> Problem:
    """Why there is no trace of a snippet."""
    match failure:
        case Blank():
            return NOTHING_TO_RUN
        case Refused(reason, message, seconds):
            fault = Fault(code=_code(reason), message=message)
            return Problem(429 if reason == "too many runs" else 503, fault, {"Retry-After": str(seconds)})
        case Unplayable(outcome):
            fault = Fault(
                code=_code(outcome.kind),
                message=narrate_outcome(outcome),
                line=outcome.line,
                column=outcome.column,
            )
            return Problem(413 if outcome.kind == "source limit" else 422, fault)


def of_exception(error: HTTPException) -> Problem:
    """What the framework objects to, in our words."""
    if problem := _OF_STATUS.get(error.status_code):
        return problem
    phrase = HTTPStatus(error.status_code).phrase
    message = _SENTENCES.get(error.status_code, f"{phrase}: {error.detail}")
    return Problem(error.status_code, Fault(code=_code(phrase), message=message), error.headers or {})


def of_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What is wrong with a request's fields; `errors` are pydantic's."""
    first = errors[0]
    where, *path = map(str, first["loc"])
    name = f"“{'.'.join(path)}” in the {where}" if path and first["type"] != "json_invalid" else f"the {where}"
    message = f"The request cannot be used: {name} {_RULES.get(first['type'], first['msg'])}."
    if where == "body":
        message += ' Send JSON such as {"source": "print(1)"}.'
    return Problem(422, Fault(code="invalid_request", message=message))


def _code(words: str) -> str:
    return re.sub(r"\W+", "_", words.lower())
