"""The pages, as they are without JavaScript: what every visitor gets."""

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.gallery import snippets
from app.trace import Trace
from app.web.pages import excerpt
from app.web.problems import Fault
from app.web.views import code
from tests.spoiling import SPOILING
from tests.web.conftest import Record, client_of

README = Path(__file__).parents[2] / "README.md"
HTMX = {"HX-Request": "true"}

each_snippet = pytest.mark.parametrize("slug", [snippet.slug for snippet in snippets()])


def source_in(page: str) -> str:
    """What a browser has in the editor's textarea: without the first line break, unescaped."""
    match = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert match
    return html.unescape(match[1])


def test_the_home_page_leads_to_every_snippet_of_the_gallery(client: TestClient) -> None:
    page = client.get("/").text
    for snippet in snippets():
        assert f'href="/g/{snippet.slug}"' in page
        assert code(snippet.question) in page
        assert code(snippet.answer) in page


def items_in(page: str, name: str) -> list[str]:
    """What the items of an ordered list read, unescaped."""
    match = re.search(rf'<ol class="{name}">(.*?)</ol>', page, re.DOTALL)
    assert match
    return [html.unescape(re.sub("</?pre>", "", item)) for item in re.findall(r"<li>(.*?)</li>", match[1], re.DOTALL)]


def printed_in(page: str) -> str:
    """What a browser has in the output: without the first line break, unescaped."""
    match = re.search(r'<pre class="printed"[^>]*>\n?(.*?)</pre>', page, re.DOTALL)
    return html.unescape(match[1]) if match else ""


@each_snippet
def test_a_snippet_of_the_gallery_is_one_click_from_its_player(client: TestClient, slug: str) -> None:
    response = client.get(f"/g/{slug}")
    assert response.status_code == 307
    address = response.headers["location"]
    assert client.get(f"/g/{slug}").headers["location"] == address
    assert client.get(f"/embed/gallery/{slug}").headers["location"] == address.replace("/t/", "/embed/")
    page = client.get(address).text
    trace_id = address.rpartition("/")[2]
    assert f'<trace-player src="/api/traces/{trace_id}">' in page
    trace = Trace.from_json(client.get(f"/api/traces/{trace_id}").content)
    assert trace.outcome.kind == "finished"
    snippet = next(snippet for snippet in snippets() if snippet.slug == slug)
    assert trace.source == snippet.source
    assert code(snippet.question) in page


each_player = pytest.mark.parametrize("page_of", ["url", "embed_url"])


@each_player
def test_code_steps_and_output_are_in_the_page_of_a_player(client: TestClient, record: Record, page_of: str) -> None:
    source = "\nif 1 < 2:\n\n    print('\\n<hello>')\n"
    page = client.get(record(source)[page_of]).text
    assert page.index("<trace-player") < page.index('class="listing"') < page.index("</trace-player>")
    assert items_in(page, "listing") == ["", "if 1 < 2:", "", "    print('\\n<hello>')"]
    assert items_in(page, "transcript")[-1] == "The module prints <hello>"
    assert "The snippet ran to its end." in page
    assert printed_in(page) == "\n<hello>\n"


def test_a_page_says_that_nothing_was_printed(client: TestClient, record: Record) -> None:
    page = client.get(record("1")["url"]).text
    assert "Nothing was printed." in page
    assert printed_in(page) == ""


@each_player
def test_a_page_shows_the_beginning_of_what_is_too_long_for_it(
    client: TestClient, record: Record, page_of: str
) -> None:
    trace = record("for number in range(1200):\n    print('x' * 99)\n" + "#\n" * 1500)
    page = client.get(trace[page_of]).text
    assert len(items_in(page, "listing")) == len(items_in(page, "transcript")) == 1000
    assert "the first 1000 of 1502 lines" in page
    assert f"the first 1000 of {trace['steps']} steps" in page
    assert printed_in(page) == ("x" * 99 + "\n") * 200
    assert "the first 20000 of 120000 characters" in page


def test_the_readme_shows_the_markup_that_a_page_offers(client: TestClient, record: Record) -> None:
    trace = record("def greet(): pass\ngreet()\n")
    field = re.search(r'<textarea id="embed-markup"[^>]*>(.*?)</textarea>', client.get(trace["url"]).text)
    assert field
    # The player puts the step that is shown into it.
    markup = html.unescape(field[1]).replace(trace["embed_url"], "https://example.org/embed/ID#step=1")
    assert f"\n    {markup}\n" in README.read_text("utf-8")


def test_no_link_in_an_embed_opens_in_its_frame(client: TestClient, record: Record) -> None:
    trace = record("for number in range(1200):\n    print('x' * 99)\n" + "#\n" * 1500)
    links = re.findall(r"<a [^>]*>", client.get(trace["embed_url"]).text)
    assert len(links) == 3
    assert all('target="_blank"' in link for link in links)
    assert "_blank" not in client.get(trace["url"]).text


@each_player
def test_text_that_utf8_cannot_hold_does_not_keep_a_page_from_being_shown(
    client: TestClient, record: Record, page_of: str
) -> None:
    trace = record("print(chr(0xd800) + 'after')")
    assert "after" in printed_in(client.get(trace[page_of]).text)
    assert client.get(f"/t/{trace['id']}/transcript").status_code == 200


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError('\\ud800')",
        "def g(): yield\ng.__code__ = g.__code__.replace(co_name='\\ud800', co_qualname='\\ud800')\nlist(g())",
        "import sys\nprint('\\udfff', file=sys.stderr)",
    ],
)
def test_what_is_named_raised_or_printed_may_be_what_utf8_cannot_hold(
    client: TestClient, record: Record, source: str
) -> None:
    trace_id = record(source)["id"]
    for door in ("/t/{}", "/embed/{}", "/t/{}/transcript", "/api/traces/{}", "/?from={}"):
        response = client.get(door.format(trace_id))
        assert response.status_code == 200
        assert response.content.decode()


def test_a_form_in_an_encoding_that_holds_what_utf8_cannot_is_answered(client: TestClient) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="source"\r\n\r\n\\ud800\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape"}
    response = client.post("/run", content=body, headers=headers)
    assert response.status_code == 422
    assert "\\ud800" in response.content.decode()


def test_a_long_transcript_is_in_a_page_of_its_own(client: TestClient, record: Record) -> None:
    trace = record("for number in range(1200):\n    print(number)\n")
    assert f"/t/{trace['id']}/transcript" in client.get(trace["url"]).text
    whole = client.get(f"/t/{trace['id']}/transcript")
    assert whole.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(whole.text.splitlines()) == trace["steps"] + 1
    assert whole.text.endswith("The snippet ran to its end.\n")


def test_a_page_names_the_trace_for_those_it_is_sent_to(client: TestClient, record: Record) -> None:
    second = "s" * 50
    trace = record(f"def first(): yield\ndef {second}(): yield\nlist(first()), list({second}())\n")
    page = client.get(trace["url"]).text
    assert f"<title>first(), {second[:40]}…() · Yieldscope</title>" in page
    assert f'<meta property="og:url" content="http://testserver/t/{trace["id"]}">' in page
    assert re.search(
        r'<meta property="og:description" content="Who resumes whom, .* The snippet ran to its end\."', page
    )


def test_a_title_holds_whole_names_as_far_as_there_is_room_for_them(client: TestClient, record: Record) -> None:
    names = ["a" * 199, "b" * 16, "c"]
    source = "".join(f"def {name}(): yield\n" for name in names) + "".join(f"list({name}())\n" for name in names)
    page = client.get(record(source)["url"]).text
    assert f"<title>{'a' * 40}…(), … · Yieldscope</title>" in page
    assert f"<code>{'a' * 40}…()</code>, …</h1>" in page


def test_the_public_address_is_the_one_that_was_set(tmp_path: Path) -> None:
    with client_of(tmp_path, public_url="https://yieldscope.example") as client:
        trace = client.post("/api/traces", json={"source": "1"}).json()
        assert trace["url"] == f"https://yieldscope.example/t/{trace['id']}"
        assert f"https://yieldscope.example/embed/{trace['id']}" in client.get(f"/t/{trace['id']}").text


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="finds its descriptors in /proc")
def test_a_snippet_that_spoils_its_recording_is_told_so(client: TestClient, record: Record) -> None:
    trace = record(SPOILING)
    assert (trace["steps"], trace["outcome"]) == (0, "spoilt")
    for page in (f"/t/{trace['id']}", f"/embed/{trace['id']}", f"/t/{trace['id']}/transcript"):
        assert "the snippet wrote into its own recording" in client.get(page).text
    assert source_in(client.get(f"/?from={trace['id']}").text) == SPOILING


HOSTILE = """\
class Evil:
    pass

def make(name):
    def inner():
        got = yield "</script><script>alert(1)</script>"
        return "<img src=x onerror=alert(2)>"
    inner.__name__ = inner.__qualname__ = name
    inner.__code__ = inner.__code__.replace(co_name=name, co_qualname=name)
    return inner

g = make("<b onmouseover=alert(3)>")()
print("</textarea></ol>" + next(g))
"""


def test_whatever_a_snippet_prints_returns_or_names_is_text(client: TestClient, record: Record) -> None:
    trace = record(HOSTILE)
    pages = [f"/t/{trace['id']}", f"/embed/{trace['id']}", f"/?from={trace['id']}"]
    for page in pages:
        text = client.get(page).text
        for markup in ("<b on", "<img", "<script>alert", "</ol>&", "</textarea></ol>"):
            assert markup not in text.replace("</script><script", "&")
        assert "<script>" not in text
    assert source_in(client.get(pages[2]).text) == HOSTILE


def test_a_form_without_script_leads_to_the_player(client: TestClient) -> None:
    response = client.post("/run", data={"source": "print(1)\r\nprint(2)"})
    assert response.status_code == 303
    address = response.headers["location"].removesuffix("#step=0")
    trace = Trace.from_json(client.get(address.replace("/t/", "/api/traces/")).content)
    assert trace.source == "print(1)\nprint(2)"


def test_a_form_with_htmx_is_led_to_the_player(client: TestClient) -> None:
    response = client.post("/run", data={"source": "print(1)"}, headers=HTMX)
    assert response.status_code == 200
    assert re.fullmatch(r"/t/\w{20}#step=0", response.headers["hx-redirect"])


@pytest.mark.parametrize("source", ["", " \r\n\t\n"])
def test_where_there_is_nothing_to_run_the_page_says_so(client: TestClient, source: str) -> None:
    for headers in ({}, HTMX):
        response = client.post("/run", data={"source": source}, headers=headers)
        assert response.status_code == 422
        assert "There is nothing to run: write a snippet first." in response.text


@pytest.mark.parametrize("source", ["\n\n\tdef f(:", "x = (</textarea><b>", "  \n &amp; &lt; ", "def\r\n\n"])
def test_a_syntax_error_loses_no_character_of_what_was_typed(client: TestClient, source: str) -> None:
    response = client.post("/run", data={"source": source})
    assert response.status_code == 422
    assert source_in(response.text) == source
    assert "Python cannot read this" in response.text


def test_a_syntax_error_is_shown_at_its_line(client: TestClient) -> None:
    source = "x = 1\ny = (\n"
    page = client.post("/run", data={"source": source}).text
    assert 'data-line="2" data-column="5"' in page
    assert "   2  y = (\n          ^</code>" in page
    fragment = client.post("/run", data={"source": source}, headers=HTMX)
    assert fragment.status_code == 422
    assert 'data-line="2" data-column="5"' in fragment.text
    assert "<html" not in fragment.text


@pytest.mark.parametrize(
    ("source", "line", "column", "shown"),
    [
        ("a\r\nb c\rd", 2, 3, "   2  b c\n        ^"),
        ("\tif é: (", 1, 8, "   1  \tif é: (\n      \t      ^"),
        ("'\x0c\u2028' \nb c", 2, 3, "   2  b c\n        ^"),
        ("a b", 1, None, "   1  a b"),
        ("a", 2, 1, None),
        ("a", None, None, None),
    ],
)
def test_an_excerpt_has_a_caret_under_the_column(
    source: str, line: int | None, column: int | None, shown: str | None
) -> None:
    assert excerpt(source, Fault(code="", message="", line=line, column=column)) == shown


def test_edit_and_run_begins_with_the_source_of_the_trace(client: TestClient, record: Record) -> None:
    trace = record("\nprint('<&>')\n\n")
    page = client.get(f"/t/{trace['id']}").text
    assert f'href="/?from={trace["id"]}#editor"' in page
    assert source_in(client.get(f"/?from={trace['id']}").text) == "\nprint('<&>')\n\n"


@pytest.mark.parametrize("path", ["/t/nope", "/t/nope/transcript", "/embed/nope", "/g/nope", "/?from=nope", "/nothing"])
def test_an_unknown_address_is_a_page_with_a_way_home(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert '<a class="button button-strong" href="/"' in response.text


def test_a_page_that_fails_says_so_and_tells_nothing(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        client.app.state.traces = None  # type: ignore[attr-defined]
        response = client.get("/t/any")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "NoneType" not in response.text
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
