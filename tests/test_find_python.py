"""How `make` finds a Python on a machine it knows nothing about."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

SCRIPT: Final = Path(__file__).parents[1] / ".tools" / "find-python"
FAILS_LIKE_A_PYENV_SHIM: Final = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"
IS_TOO_OLD: Final = "#!/bin/sh\nexit 1\n"
LACKS_VENV: Final = """#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; esac
"""
IS_THIS_PYTHON: Final = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'

type Find = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a shell and the commands the script needs, but without a Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "dirname", "sh"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return tmp_path


@pytest.fixture
def find(machine: Path) -> Find:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(machine / "bin"), "HOME": str(machine)}
        return subprocess.run([SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False)

    return run


def put(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)


@pytest.mark.parametrize("name", ["python3.13", "python3.12", "python3", "python"])
def test_a_python_is_found_by_its_usual_names(machine: Path, find: Find, name: str) -> None:
    put(machine / "bin" / name, IS_THIS_PYTHON)
    # What is found is the interpreter under this virtual environment, not the environment.
    assert Path(find().stdout.strip()).resolve() == Path(sys.executable).resolve()


@pytest.mark.parametrize("unusable", [FAILS_LIKE_A_PYENV_SHIM, IS_TOO_OLD, LACKS_VENV])
def test_a_candidate_that_does_not_work_is_passed_over(machine: Path, find: Find, unusable: str) -> None:
    put(machine / "bin" / "python3.13", unusable)
    put(machine / "bin" / "python", IS_THIS_PYTHON)
    assert find().returncode == 0


def test_a_python_that_pyenv_has_but_did_not_select_is_found(machine: Path, find: Find) -> None:
    put(machine / "bin" / "python3.13", FAILS_LIKE_A_PYENV_SHIM)
    put(machine / ".pyenv" / "versions" / "3.13.9" / "bin" / "python", IS_THIS_PYTHON)
    assert find().returncode == 0


def test_a_python_that_only_uv_knows_is_found(machine: Path, find: Find) -> None:
    put(machine / "uv-has" / "python", IS_THIS_PYTHON)
    put(machine / "bin" / "uv", f"#!/bin/sh\necho {machine}/uv-has/python\n")
    assert find().returncode == 0


def test_without_a_python_one_sentence_says_what_to_install(find: Find) -> None:
    found = find()
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("Yieldscope needs Python 3.12 or later and found none: install Python 3.13 ")
    assert found.stderr.count("\n") == 1


def test_a_python_without_venv_is_told_from_none(machine: Path, find: Find) -> None:
    put(machine / "bin" / "python3", LACKS_VENV)
    assert "needs the module venv, which python3 lacks" in find().stderr


def test_a_version_that_is_asked_for_is_not_replaced_by_another(machine: Path, find: Find) -> None:
    put(machine / "bin" / "python3", IS_THIS_PYTHON)
    assert find("3.99").returncode == 1
