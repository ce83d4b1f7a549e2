"""The JSON API, held to what its documentation promises."""

import gzip
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.trace import Trace
from app.web.compression import takes_gzip
from tests.web.conftest import Record

HELLO = "print('hello')\n"


def error_of(response: Any) -> dict[str, Any]:
    """The error in a response, whose shape is the one of every error."""
    body = response.json()
    assert body.keys() == {"error"}
    error: dict[str, Any] = body["error"]
    assert {"code", "message"} <= error.keys() <= {"code", "message", "line", "column"}
    return error


def test_a_recorded_snippet_is_at_its_location(client: TestClient) -> None:
    response = client.post("/api/traces", json={"source": HELLO})
    assert response.status_code == 201
    body = response.json()
    assert response.headers["location"] == f"/api/traces/{body['id']}"
    assert (body["steps"], body["outcome"]) == (1, "finished")
    document = client.get(response.headers["location"])
    assert document.headers["content-type"] == "application/json"
    trace = Trace.from_json(document.content)
    assert trace.source == HELLO
    for address in (body["url"], body["embed_url"], body["document_url"]):
        assert client.get(address).status_code == 200


def test_a_document_may_be_read_from_anywhere_and_cached_for_good(client: TestClient, record: Record) -> None:
    headers = client.get(record(HELLO)["document_url"]).headers
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["vary"] == "Accept-Encoding"


def test_a_document_comes_compressed_to_all_who_take_that(client: TestClient, record: Record) -> None:
    address = record("list(range(1000))\n" * 100)["document_url"]
    with client.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as response:
        compressed = b"".join(response.iter_raw())
        assert response.headers["content-encoding"] == "gzip"
    document = client.get(address, headers={"Accept-Encoding": "identity"}).content
    assert gzip.decompress(compressed) == document
    assert len(compressed) < len(document)


@pytest.mark.parametrize("accepted", ["gzip;q=0", "gzip;q=0.0, *", "identity", "br", ""])
@pytest.mark.parametrize("address", ["/api/traces/{id}", "/t/{id}", "/t/{id}/transcript", "/"])
def test_nothing_comes_compressed_to_those_who_do_not_take_that(
    client: TestClient, record: Record, address: str, accepted: str
) -> None:
    path = address.format(id=record("list(range(1000))\n" * 100 + "for n in range(99): print(n)")["id"])
    with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as response:
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
        assert "Accept-Encoding" in response.headers["vary"]
        # Readable as it came over the wire.
        assert b"".join(response.iter_raw()).decode()


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("", False),
        ("identity", False),
        ("x-gzip-like", False),
    ],
)
def test_gzip_is_taken_only_where_the_client_says_so(accepted: str, *, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


def test_a_document_that_the_client_has_is_not_sent_again(client: TestClient, record: Record) -> None:
    address = record(HELLO)["document_url"]
    etag = client.get(address).headers["etag"]
    for names in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = client.get(address, headers={"If-None-Match": names})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_head_of_a_document_can_be_asked_for(client: TestClient, record: Record) -> None:
    address = record(HELLO)["document_url"]
    assert client.head(address).headers["etag"] == client.get(address).headers["etag"]


def test_the_same_snippet_has_one_content_and_two_ids(client: TestClient, record: Record) -> None:
    first, second = record(HELLO)["document_url"], record(HELLO)["document_url"]
    assert first != second
    assert client.get(first).headers["etag"] == client.get(second).headers["etag"]


def test_a_syntax_error_is_told_with_its_place(client: TestClient) -> None:
    response = client.post("/api/traces", json={"source": "x = 1\ny = (\n"})
    assert response.status_code == 422
    error = error_of(response)
    assert (error["code"], error["line"], error["column"]) == ("syntax_error", 2, 5)
    assert "'(' was never closed" in error["message"]


def test_what_the_snippet_does_wrong_is_in_the_outcome(record: Record) -> None:
    assert record("1 / 0")["outcome"] == "exception"
    assert record("async def main(): pass")["outcome"] == "never ran"
    assert record("import os; os._exit(3)")["outcome"] == "crash"


@pytest.mark.parametrize("spelling", ["x" * 65_537, "é" * 32_769])
def test_a_source_that_is_too_long_is_refused(client: TestClient, spelling: str) -> None:
    response = client.post("/api/traces", json={"source": f"#{spelling}"[: len(spelling)]})
    assert response.status_code == 413
    assert error_of(response)["code"] == "source_limit"


def test_the_longest_source_is_taken_however_it_is_written(client: TestClient) -> None:
    source = "#" + "\x01" * 65_535
    assert client.post("/api/traces", content=json.dumps({"source": source}), headers=JSON).status_code == 201


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("content", "headers", "rule"),
    [
        (b"", JSON, "is missing"),
        (b"{", JSON, "the body is not JSON"),
        (b"\xff", JSON, "cannot be read"),
        (b"[]", JSON, "no JSON object"),
        (b"{}", JSON, "“source” in the body is missing"),
        (b'{"source": 3}', JSON, "must be text"),
        (b'{"source": null}', JSON, "must be text"),
        (b"[" * 100_000, JSON, "cannot be read"),
    ],
)
def test_a_request_of_another_form_is_refused_in_plain_words(
    client: TestClient, content: bytes, headers: dict[str, str], rule: str
) -> None:
    response = client.post("/api/traces", content=content, headers=headers)
    assert response.status_code in (400, 422)
    assert rule in error_of(response)["message"]


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_a_request_that_is_no_json_is_told_which_content_type_to_use(client: TestClient, media_type: str) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = client.post("/api/traces", content=b'{"source": "1"}', headers=headers)
    assert (response.status_code, response.headers["accept"]) == (415, "application/json")
    error = error_of(response)
    assert error["code"] == "unsupported_media_type"
    assert "Content-Type: application/json" in error["message"]


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON", "application/x+json"])
def test_json_goes_by_every_name_that_it_has(client: TestClient, media_type: str) -> None:
    response = client.post("/api/traces", content=b'{"source": "1"}', headers={"Content-Type": media_type})
    assert response.status_code == 201


@pytest.mark.parametrize("source", ["", " \r\n\t\n"])
def test_a_source_of_nothing_is_refused(client: TestClient, source: str) -> None:
    response = client.post("/api/traces", json={"source": source})
    assert response.status_code == 422
    assert error_of(response) == {
        "code": "nothing_to_run",
        "message": "There is nothing to run: write a snippet first.",
    }


@pytest.mark.parametrize("content", [b'{"source": "\\ud800"}', b'{"source": "\\u0000"}'])
def test_text_that_python_cannot_read_is_a_syntax_error(client: TestClient, content: bytes) -> None:
    response = client.post("/api/traces", content=content, headers=JSON)
    assert response.status_code == 422
    assert error_of(response)["code"] == "syntax_error"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/traces/nope", 404, "unknown_trace"),
        ("GET", "/api/traces/%00", 404, "unknown_trace"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("DELETE", "/api/traces", 405, "method_not_allowed"),
    ],
)
def test_every_error_has_one_shape(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert error_of(response)["code"] == code


def test_the_documentation_shows_every_operation(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    page = client.get("/docs").text
    assert schema["paths"].keys() == {"/api/traces", "/api/traces/{trace_id}", "/health"}
    for path, methods in schema["paths"].items():
        assert path in page
        for operation in methods.values():
            assert operation["summary"] in page
            for answer in operation["responses"].values():
                assert answer["description"] in page.replace("<code>", "`").replace("</code>", "`")


def test_no_answer_is_documented_that_is_never_given(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    answers = {path: {method: set(told["responses"]) for method, told in paths[path].items()} for path in paths}
    assert answers == {
        "/api/traces": {"post": {"201", "400", "413", "415", "422", "429", "503"}},
        "/api/traces/{trace_id}": {"get": {"200", "304", "404"}},
        "/health": {"get": {"200"}},
    }


def test_the_server_says_that_it_is_up(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"
