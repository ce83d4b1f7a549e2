"""Every door of the site, whatever comes in: an answer, and never that something went wrong on our side."""

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gallery import snippets
from app.resources import STATIC
from tests.serving import host_and_port, said_to, served
from tests.web.asgi import Headers, Site, assert_the_error_of_json, assert_told_as_an_error

ROOT: Final = Path(__file__).parents[2]
JSON: Final = (b"content-type", b"application/json")

# Written into an address once there is a trace that has it.
_AN_ID: Final = "an-id"

_EXAMPLES: Final = 150
_MANY_EXAMPLES: Final = 5_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("doors")) as site:
        yield site


@pytest.fixture(scope="module")
def trace_id(site: Site) -> str:
    return site.record("def g():\n    yield 1\n\nlist(g())\n")


def quoted(content: bytes) -> str:
    return quote_from_bytes(content, safe="/.~")


names = st.one_of(
    st.just(_AN_ID),
    st.binary(max_size=12).map(quoted),
    st.text(max_size=12).map(lambda text: quoted(text.encode("utf-8", "surrogatepass"))),
    st.sampled_from(["%00", "%ED%A0%80", "%FF", "..", ".", "..%2f..%2fpyproject.toml", "%2e%2e/", "a//b", "", "%25"]),
    st.sampled_from([snippet.slug for snippet in snippets()]),
    st.sampled_from(os.listdir(STATIC)),
    st.integers(1, 50_000).map(lambda length: "a" * length),
)
doors = st.sampled_from(
    [
        *("/t/{}", "/t/{}/transcript", "/embed/{}", "/embed/gallery/{}", "/g/{}", "/?from={}", "/static/{}"),
        *("/static/{}?v={}", "/api/traces/{}", "/api/{}", "/{}", "/docs{}", "/openapi.json{}", "/health{}", "/run{}"),
    ]
)
targets = st.builds(lambda door, name: door.replace("{}", name), doors, names)
methods = st.sampled_from(["GET", "HEAD", "GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"])

# What no server lets through: line breaks, NUL.
oddities = st.one_of(
    st.binary(max_size=20).map(lambda value: bytes(byte for byte in value if byte not in b"\r\n\0")),
    st.sampled_from(
        [b"", b"*", b"gzip", b"abc", b"-1", b"1e3", b"\xb2", b'W/"', b",,;q=", b"bytes=9-1", b"[::", b"a b"]
    ),
    st.sampled_from([b"9" * 30, b"9" * 5_000, b"gzip;q=0.0000, *;q=x", b"true", b"bytes=0-1,5-9", b"x" * 20_000]),
)
header_names = st.sampled_from(
    (
        b"Host If-None-Match Accept-Encoding Content-Type Content-Length Range If-Range If-Modified-Since HX-Request "
        b"Cookie Origin Accept Transfer-Encoding Expect X-Forwarded-For X-Forwarded-Proto Authorization"
    ).split()
)
odd_headers = st.lists(st.tuples(header_names, oddities), max_size=4)


def check_that_it_is_answered(site: Site, trace_id: str, method: str, target: str, headers: Headers) -> None:
    target = target.replace(_AN_ID, trace_id)
    # Whatever the site raises is raised here.
    answer = site.ask(method, target, headers)
    assert answer.status < 500, answer
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status >= 400 and method != "HEAD":
        fragment = any(name == b"HX-Request" for name, _ in headers)
        assert_told_as_an_error(answer, target, fragment=fragment)


any_request = partial(given, method=methods, target=targets, headers=odd_headers)


@any_request()
@settings(max_examples=_EXAMPLES)
def test_every_address_is_answered_whatever_its_name_and_its_headers(
    site: Site, trace_id: str, method: str, target: str, headers: Headers
) -> None:
    check_that_it_is_answered(site, trace_id, method, target, headers)


@pytest.mark.long
@any_request()
@settings(max_examples=_MANY_EXAMPLES)
def test_every_address_is_answered_in_many_more_examples(
    site: Site, trace_id: str, method: str, target: str, headers: Headers
) -> None:
    check_that_it_is_answered(site, trace_id, method, target, headers)


_BOUNDARY: Final = b"--x\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n--x--\r\n"
_CODECS: Final = b"undefined rot13 utf-7 unicode_escape utf-16 idna punycode zlib \xff x".split()

# Mostly no Python, so that there is little to run.
fields = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=30),
    st.sampled_from([b"\\ud800", b"+2AA-", b"print(1)", b"", b"\0", b"\xed\xa0\x80", b"1" * 70_000, b"=&=&%", b"%"]),
)
forms = st.one_of(
    st.tuples(st.just(b"application/x-www-form-urlencoded"), fields.map(lambda field: b"source=" + field)),
    st.tuples(
        st.just(b"application/x-www-form-urlencoded"), fields.map(lambda field: b"source=" + quoted(field).encode())
    ),
    st.tuples(
        st.sampled_from([b"multipart/form-data; boundary=x; charset=" + codec for codec in _CODECS]),
        fields.map(lambda field: _BOUNDARY % (b"source", field)),
    ),
    st.tuples(
        st.just(b"multipart/form-data; boundary=x"),
        fields.map(lambda field: _BOUNDARY % (b"source; filename=" + field[:9].hex().encode(), field)),
    ),
    st.tuples(oddities.map(lambda odd: b"multipart/form-data; boundary=" + odd), fields),
    st.tuples(oddities, fields),
    st.tuples(st.just(b"application/json"), fields),
    st.tuples(st.just(b"application/json"), fields.map(lambda field: b'{"source":"%b"}' % field)),
)


def check_that_a_body_is_answered(site: Site, target: str, headers: Headers, form: tuple[bytes, bytes]) -> None:
    media_type, body = form
    answer = site.ask("POST", target, [(b"content-type", media_type), *headers], body)
    assert answer.status < 500, answer
    if answer.status >= 400:
        assert_told_as_an_error(answer, target, fragment=bool(headers))


any_body = partial(
    given,
    target=st.sampled_from(["/run", "/api/traces"]),
    headers=st.sampled_from([[], [(b"hx-request", b"true")]]),
    form=forms,
)


@any_body()
@settings(max_examples=_EXAMPLES)
def test_every_body_is_answered(site: Site, target: str, headers: Headers, form: tuple[bytes, bytes]) -> None:
    check_that_a_body_is_answered(site, target, headers, form)


@pytest.mark.long
@any_body()
@settings(max_examples=_MANY_EXAMPLES)
def test_every_body_is_answered_in_many_more_examples(
    site: Site, target: str, headers: Headers, form: tuple[bytes, bytes]
) -> None:
    check_that_a_body_is_answered(site, target, headers, form)


# -- over a socket, where a request need not be one ---------------------------------------------


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with served(sys.executable, tmp_path_factory.mktemp("raw"), cwd=ROOT) as address:
        yield host_and_port(address)


POST: Final = b"POST /api/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
NO_REQUESTS: Final = [
    *(POST + b"Content-Length: " + length + b"\r\n\r\n1" for length in (b"abc", b"-5", b"", b"9" * 50, b"1, 1")),
    POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n1",
    POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1",
    POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    *(
        b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        for target in (b"/?from=\xff", b"/t/\xff", b"/t/\0", b"", b"x")
    ),
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01",
]


@pytest.mark.parametrize("sent", NO_REQUESTS, ids=range(len(NO_REQUESTS)))
def test_what_is_no_request_is_told_so_as_programs_are(address: tuple[str, int], sent: bytes) -> None:
    head, _, body = said_to(address, sent).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nX-Content-Type-Options: nosniff" in head
    assert_the_error_of_json(body)


@pytest.mark.parametrize(
    "headers",
    [
        b"Host: \xff",
        b"Host: [::1",
        b"X: " + b"a" * 30_000,
        b"Accept-Encoding: \xff",
        b"Upgrade: websocket",
        b"Expect: x",
    ],
)
def test_an_odd_header_makes_an_address_no_worse(address: tuple[str, int], headers: bytes) -> None:
    said = said_to(address, b"GET /health HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 ")


any_bytes = partial(
    given,
    sent=st.one_of(
        st.binary(min_size=1, max_size=200),
        st.tuples(st.sampled_from(NO_REQUESTS), st.integers(0, 80), st.binary(max_size=4)).map(
            lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] :]
        ),
    ),
)


def check_that_nothing_fails(address: tuple[str, int], sent: bytes) -> None:
    said = said_to(address, sent + b"\r\n\r\n", stays=False)
    assert not said.startswith(b"HTTP/1.1 5")
    assert said_to(address, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 200 "
    )


@any_bytes()
@settings(max_examples=_EXAMPLES)
def test_no_bytes_at_all_make_the_server_fail(address: tuple[str, int], sent: bytes) -> None:
    check_that_nothing_fails(address, sent)


@pytest.mark.long
@any_bytes()
@settings(max_examples=_MANY_EXAMPLES)
def test_no_bytes_at_all_make_the_server_fail_in_many_more_examples(address: tuple[str, int], sent: bytes) -> None:
    check_that_nothing_fails(address, sent)
