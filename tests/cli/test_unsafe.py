"""Where snippets cannot be confined, nobody serves them by accident."""

import re
from pathlib import Path

import httpx2
import pytest

from app.sandbox.layers import offered
from tests.cli.conftest import Cli, Serve

PAGES = ("/", "/docs", "/nothing", "/t/nothing", "/embed/nothing", "/g/await-a-task")


@pytest.fixture
def no_seccomp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The binding to libseccomp fails, as it does where there is no libseccomp."""
    (tmp_path / "pyseccomp.py").write_text("raise RuntimeError('Unable to find libseccomp')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def address_in(line: str) -> str:
    found = re.search(r"http://\S+", line)
    assert found, line
    return found[0]


@pytest.mark.usefixtures("no_seccomp")
def test_without_seccomp_the_server_does_not_start_and_says_how_it_would(cli: Cli, tmp_path: Path) -> None:
    done = cli("serve", "--port", "0", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot confine snippets" in done.stderr
    assert "--unsafe-local" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("no_seccomp")
def test_unsafe_and_local_every_page_says_so(serve: Serve) -> None:
    address = address_in(serve("--unsafe-local")[1])
    answer = httpx2.post(f"{address}/api/traces", json={"source": "print(open(__import__('os').devnull).read())"})
    assert answer.json()["outcome"] == "finished"
    assert httpx2.get(f"{address}/health").json() == {"status": "ok", "confined_by": []}
    for page in (*PAGES, f"/t/{answer.json()['id']}", f"/embed/{answer.json()['id']}"):
        assert "run unconfined" in httpx2.get(address + page, follow_redirects=True).text, page


def test_unsafe_is_local(cli: Cli, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::"):  # noqa: S104 (that it is refused is what is tested)
        done = cli("serve", "--unsafe-local", "--host", host, "--port", "0", "--data", str(tmp_path / "data"))
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{host} is not 127.0.0.1" in done.stderr


@pytest.mark.skipif(not offered().seccomp, reason="this system has no seccomp")
def test_a_server_that_confines_says_by_what_and_says_nothing_on_its_pages(serve: Serve) -> None:
    address = address_in(serve()[1])
    assert httpx2.get(f"{address}/health").json()["confined_by"][0] == "seccomp"
    for page in PAGES:
        assert "run unconfined" not in httpx2.get(address + page, follow_redirects=True).text, page
