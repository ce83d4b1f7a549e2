"""The rules of the house that no other tool checks: who imports what, and what no file may hold."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

from app.settings import Settings
from app.trace.limits import Limits

ROOT: Final = Path(__file__).parents[1]

# What each part may import of the house. `app.capture` is nobody's to import but the fork server's,
# and that is started by name, so that neither the server nor the command line ever runs a snippet.
_SERVED: Final = frozenset({"trace", "sandbox", "store", "gallery", "settings", "resources"})
MAY_IMPORT: Final[Mapping[str, frozenset[str]]] = {
    "__init__": frozenset(),
    "trace": frozenset(),
    "resources": frozenset(),
    "capture": frozenset({"trace"}),
    "sandbox": frozenset({"trace"}),
    "forkserver": frozenset({"trace", "capture", "sandbox"}),
    "store": frozenset({"trace"}),
    "gallery": frozenset({"trace"}),
    "settings": frozenset({"trace", "resources"}),
    "web": _SERVED,
    "main": _SERVED | {"web"},
    "server": _SERVED | {"web", "main"},
    "__main__": _SERVED | {"web", "main", "server"},
}
# `capture` runs in the confined child and one day inside the browser; the build reads `resources`.
STANDARD_LIBRARY_ONLY: Final = frozenset({"trace", "capture", "resources", "__init__"})

LONGEST_MODULE: Final = 400


def modules() -> list[Path]:
    return sorted((ROOT / "app").rglob("*.py"))


def scripts() -> list[Path]:
    found = (ROOT / "static").rglob("*.js")
    return sorted(path for path in found if "dist" not in path.relative_to(ROOT).parts)


def committed_files() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode:
        pytest.skip("only a git checkout knows which files are committed")
    paths = (ROOT / name for name in listing.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def part_of(module: Path) -> str:
    return part_named(".".join(module.relative_to(ROOT / "app").with_suffix("").parts))


def part_named(module: str) -> str:
    """The part that a module of the house belongs to; the fork server is one of its own in the sandbox."""
    return "forkserver" if module.startswith("sandbox.forkserver") else module.partition(".")[0]


def imported_names(module: Path) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a module imports, inside functions too."""
    package = module.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            # `from app import settings` imports the part, so the name belongs to the path.
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def test_every_part_imports_only_what_it_may() -> None:
    broken = []
    for module in modules():
        part = part_of(module)
        assert part in MAY_IMPORT, f"app/{part} is a new part: say here what it may import"
        for line, name in imported_names(module):
            top, _, rest = name.partition(".")
            if top == "app":
                target = part_named(rest)
                # `from app import __version__` names no part.
                allowed = target == part or target in MAY_IMPORT[part] or target not in MAY_IMPORT
            else:
                allowed = part not in STANDARD_LIBRARY_ONLY or top in sys.stdlib_module_names
            if not allowed:
                broken.append(f"{module.relative_to(ROOT)}:{line} imports {name}")
    assert not broken


@pytest.mark.parametrize(
    ("imported", "unwanted"),
    [
        pytest.param("app.main", r"app\.capture(\..*)?", id="the server never loads capture"),
        pytest.param("app.__main__", r"app\.capture(\..*)?", id="the command line never loads capture"),
        pytest.param(
            "app.capture",
            r"app\.(?!capture\b|trace\b).*|fastapi|starlette|sqlalchemy|jinja2|uvicorn|pydantic",
            id="capture never loads the server",
        ),
    ],
)
def test_a_process_loads_no_part_it_must_not_have(imported: str, unwanted: str) -> None:
    program = f"import sys, {imported}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not [name for name in loaded.stdout.splitlines() if re.fullmatch(unwanted, name)]


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: path.read_text("utf-8").count("\n") for path in [*modules(), *scripts()]}
    assert not {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST_MODULE}


def test_every_script_of_ours_is_type_checked() -> None:
    assert not [path.name for path in scripts() if not path.read_text("utf-8").startswith("// @ts-check\n")]


# Written in pieces, or this file would hold what it forbids.
FORBIDDEN: Final[Mapping[str, re.Pattern[bytes]]] = {
    "the host of a package registry": re.compile(
        rb"\b(registry\.(npmjs|yarnpkg)|(files\.)?(pypi|pythonhosted))\.(org|com)\b"
    ),
    "a path of one machine": re.compile(rb"(?<![\w.~$}-])/(root|home/[a-z]\w*|Users/\w+|work)/\w"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_committed_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in committed_files()
        if (match := FORBIDDEN[what].search(path.read_bytes()))
    ]
    assert not found


def test_the_readme_names_every_setting_and_no_other() -> None:
    names = {field.name for of in (Settings, Limits) for field in fields(of)} - {"limits", "unsafe_local"}
    told = re.findall(r"\bYIELDSCOPE_([A-Z_]+)", (ROOT / "README.md").read_text("utf-8"))
    assert {name.lower() for name in told} == names


def test_the_lock_file_holds_versions_and_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(entry["version"] and entry["integrity"] for entry in packages.values())
    assert not [name for name, entry in packages.items() if "resolved" in entry]


def test_every_front_end_dependency_is_pinned() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert not {name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)}


def test_every_python_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = re.findall(r"^([\w-]+)==", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert {re.split(r"[^\w-]", requirement)[0] for requirement in declared} <= set(pinned)
