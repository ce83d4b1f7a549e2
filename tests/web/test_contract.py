"""The API as its OpenAPI document describes it: schemathesis asks the real server, and holds it to that.

In one process the runner would be asked from another event loop each time.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from app.gallery import snippets
from app.web import api
from tests.serving import served

type Case = schemathesis.Case[Any]

ROOT: Final = Path(__file__).parents[2]

# Not every text is Python, and a document does not say which: 422 is an answer to well-formed requests, too.
EXCLUDED: Final[list[Any]] = [positive_data_acceptance]

_EXAMPLES: Final = 60
_MANY_EXAMPLES: Final = 2_000


def _documented() -> FastAPI:
    app = FastAPI()
    app.include_router(api.router)
    return app


OPENAPI: Final = _documented().openapi()
contract: Final = schemathesis.openapi.from_dict(OPENAPI)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has as many runs as anybody asks for."""
    folder = tmp_path_factory.mktemp("contract")
    with served(sys.executable, folder, cwd=ROOT, YIELDSCOPE_RUNS_PER_MINUTE="0") as address:
        yield address


@pytest.fixture(scope="module")
def trace_id(address: str) -> str:
    answer = httpx2.post(f"{address}/api/traces", json={"source": "print(1)"})
    trace_id: str = answer.json()["id"]
    return trace_id


def test_what_is_asked_for_here_is_what_the_site_documents(address: str) -> None:
    served_document = httpx2.get(f"{address}/openapi.json").json()
    assert (served_document["paths"], served_document["components"]) == (OPENAPI["paths"], OPENAPI["components"])


@contract.parametrize()
@settings(max_examples=_EXAMPLES)
def test_every_answer_is_documented(case: Case, address: str) -> None:
    case.call_and_validate(base_url=address, excluded_checks=EXCLUDED)


@pytest.mark.long
@contract.parametrize()
@settings(max_examples=_MANY_EXAMPLES)
def test_every_answer_is_documented_in_many_more_examples(case: Case, address: str) -> None:
    case.call_and_validate(base_url=address, excluded_checks=EXCLUDED)


# Texts that are drawn freely are hardly ever Python.
lines = st.sampled_from(
    [
        *(
            "import asyncio",
            "print('\\ud800')",
            "1 / 0",
            "raise SystemExit(3)",
            "x = [i async for i in y]",
            "while x: x",
        ),
        *(
            "def g():",
            "    yield 1",
            "    return (yield from g())",
            "list(g())",
            "async def main():",
            "    await main()",
        ),
        *(
            "    await asyncio.sleep(1e9)",
            "asyncio.run(main())",
            "import os; os._exit(1)",
            "\t",
            "\f",
            "é = '\0'",
            "# \r",
        ),
    ]
)
programs = st.one_of(
    st.lists(lines, min_size=1, max_size=8).map("\n".join),
    st.sampled_from([snippet.source for snippet in snippets()]),
)


@given(source=programs)
@settings(max_examples=_EXAMPLES)
def test_every_answer_to_a_program_is_documented(address: str, source: str) -> None:
    case = contract["/api/traces"]["POST"].Case(body={"source": source}, media_type="application/json")
    answer = case.call_and_validate(base_url=address, excluded_checks=EXCLUDED)
    if answer.status_code == 201:
        read(address, answer.json()["id"])


@given(
    headers=st.dictionaries(
        st.sampled_from(["If-None-Match", "Accept-Encoding", "Accept"]), st.text('gzip*;q=0.1,W/"', max_size=9)
    )
)
@settings(max_examples=_EXAMPLES)
def test_every_answer_to_one_who_asks_for_a_trace_is_documented(
    address: str, trace_id: str, headers: dict[str, str]
) -> None:
    read(address, trace_id, headers)


def read(address: str, trace_id: str, headers: dict[str, str] | None = None) -> None:
    """Ask for a trace that there is."""
    reading = contract["/api/traces/{trace_id}"]["GET"]
    answer = reading.Case(path_parameters={"trace_id": trace_id}, headers=headers or {}).call_and_validate(
        base_url=address
    )
    assert answer.status_code in (200, 304)
