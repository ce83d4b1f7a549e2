"""What the site tells browsers, and what it refuses to read."""

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Record

PAGES = ["/", "/docs", "/openapi.json", "/health", "/nothing", "/t/{id}", "/t/{id}/transcript", "/api/traces/{id}"]


@pytest.mark.parametrize("path", [*PAGES, "/embed/{id}", "/embed/nope"])
def test_every_answer_forbids_what_is_not_ours(client: TestClient, record: Record, path: str) -> None:
    headers = client.get(path.format(id=record("print(1)")["id"])).headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_no_page_may_be_framed(client: TestClient, record: Record, path: str) -> None:
    headers = client.get(path.format(id=record("print(1)")["id"])).headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/embed/{id}", "/embed/nope", "/embed/gallery/await-a-task"])
def test_an_embed_may_be_framed_anywhere(client: TestClient, record: Record, path: str) -> None:
    headers = client.get(path.format(id=record("print(1)")["id"])).headers
    assert "frame-ancestors *" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_a_page_holds_no_script_style_or_handler_of_its_own(client: TestClient, record: Record) -> None:
    trace_id = record("print(1)")["id"]
    for path in ("/", "/docs", "/nothing", f"/t/{trace_id}", f"/embed/{trace_id}"):
        page = client.get(path).text
        assert "<style" not in page
        assert " style=" not in page.replace("&lt;iframe", "").partition("<iframe")[0]
        assert "<script>" not in page
        assert " onclick" not in page


def test_a_body_that_says_that_it_is_too_long_is_not_read(client: TestClient) -> None:
    read = 0

    def endless() -> object:
        nonlocal read
        while True:
            read += 1
            yield b" " * 65_536

    headers = {"Content-Type": "application/json", "Content-Length": str(10**9)}
    response = client.post("/api/traces", content=endless(), headers=headers)  # type: ignore[arg-type]
    assert response.status_code == 413
    assert read <= 1


@pytest.mark.parametrize("length", ["abc", "", "1e3", "-1", "+3", "1_0", "5,5", "0x1"])
def test_a_length_that_is_no_number_cannot_be_read(client: TestClient, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    response = client.post("/api/traces", content=b'{"source": "1"}', headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("length", ["9" * 10, "9" * 5_000])
def test_a_length_of_many_digits_is_too_long(client: TestClient, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    response = client.post("/api/traces", content=b'{"source": "1"}', headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("part", ["bytes=abc", "bytes=999999999-", "bytes=5-1", "lines=1", "bytes=0-1,5-9"])
def test_a_file_is_given_whole_whatever_part_of_it_is_asked_for(client: TestClient, part: str) -> None:
    asked = client.get("/static/player.js", headers={"Range": part})
    assert (asked.status_code, asked.content) == (200, client.get("/static/player.js").content)
    assert asked.headers["accept-ranges"] == "none"
