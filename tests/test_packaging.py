"""What is built from a checkout: the stamp of the front end, the wheel, the sdist."""

import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import httpx2
import pytest

from app.resources import STAMP_NAME, STATIC, TEMPLATES, build_stamp, is_fresh
from tests.serving import served

ROOT: Final = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose front end is built."""
    (tmp_path / "app" / "trace").mkdir(parents=True)
    (tmp_path / "static" / "dist").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "hatch_build.py", "app/trace/words.json", "static/player.js"):
        (tmp_path / name).write_text("one\n")
    (tmp_path / "static" / "dist" / STAMP_NAME).write_text(build_stamp(tmp_path))
    return tmp_path


def test_a_build_stays_fresh_while_nothing_it_is_made_from_changes(checkout: Path) -> None:
    (checkout / "static" / "dist" / "player.js").write_text("built")
    (checkout / "app" / "main.py").write_text("not an input")
    assert is_fresh(checkout)


@pytest.mark.parametrize("name", ["package-lock.json", "app/trace/words.json", "static/player.js", "static/new.css"])
def test_a_build_is_stale_once_something_it_is_made_from_changes(checkout: Path, name: str) -> None:
    (checkout / name).write_text("two\n")
    assert not is_fresh(checkout)


def test_a_build_is_stale_once_a_source_is_renamed(checkout: Path) -> None:
    (checkout / "static" / "player.js").rename(checkout / "static" / "renamed.js")
    assert not is_fresh(checkout)


def test_a_front_end_that_was_never_built_is_not_fresh(checkout: Path) -> None:
    shutil.rmtree(checkout / "static" / "dist")
    assert not is_fresh(checkout)


def test_a_wheel_serves_the_site_and_runs_snippets_from_any_folder(tmp_path: Path) -> None:
    python = _installed(_built("wheel", tmp_path), tmp_path / "venv")
    with served(python, tmp_path, cwd=tmp_path) as address, httpx2.Client(base_url=address, timeout=20) as client:
        linked = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
        assert linked
        assert {path: client.get(path).status_code for path in linked} == dict.fromkeys(linked, 200)
        assert client.post("/api/traces", json={"source": "print('hi')"}).status_code == 201


def test_the_wheel_and_the_sdist_carry_templates_and_the_built_front_end(tmp_path: Path) -> None:
    templates = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}
    assets = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert templates
    assert assets

    with zipfile.ZipFile(_built("wheel", tmp_path)) as wheel:
        in_wheel = set(wheel.namelist())
    assert {f"app/_web/templates/{name}" for name in templates} <= in_wheel
    assert {f"app/_web/static/{name}" for name in assets} <= in_wheel

    with tarfile.open(_built("sdist", tmp_path)) as sdist:
        in_sdist = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"templates/{name}" for name in templates} <= in_sdist
    assert {f"static/dist/{name}" for name in assets} <= in_sdist
    assert not [name for name in in_sdist if name.startswith((".venv", "node_modules", "data/"))]


def _installed(wheel: Path, venv: Path) -> str:
    """A Python that has the wheel, and of this environment the dependencies but not the checkout."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    shutil.unpack_archive(wheel, packages, "zip")
    # A folder that a .pth file names is searched, but its own .pth files are not followed: of these
    # one leads to the checkout.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return str(venv / "bin" / "python")


def _built(target: str, folder: Path) -> Path:
    """Build the package; the front end is fresh here, so no Node.js runs."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder / target)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (package,) = (folder / target).iterdir()
    return package
