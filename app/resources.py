"""Where the pages' templates and the built front end are, and whether the build is fresh.

In a checkout they stand beside the package, and `static/dist` is built from `static`. A wheel
carries both inside the package, finished.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent
_CARRIED: Final = _PACKAGE / "_web"

CHECKOUT: Final[Path | None] = None if _CARRIED.is_dir() else _PACKAGE.parent
"""The folder of the sources; None where the package was installed as a wheel."""

TEMPLATES: Final[Path] = CHECKOUT / "templates" if CHECKOUT else _CARRIED / "templates"
STATIC: Final[Path] = CHECKOUT / "static" / "dist" if CHECKOUT else _CARRIED / "static"

STAMP_NAME: Final = "stamp"
"""The file in the built folder that holds the `build_stamp` of what it was built from."""


def assets_problem() -> str | None:
    """What is wrong with the built front end, in one sentence; None where it is fresh."""
    if CHECKOUT is None or is_fresh(CHECKOUT):
        return None
    state = "older than its sources" if STATIC.is_dir() else "not built"
    return f"The front end is {state}: run `make assets`, or install again with `pip install -e .`"


def is_fresh(checkout: Path) -> bool:
    """Whether `static/dist` was built from the sources as they are now."""
    try:
        built_from = (checkout / "static" / "dist" / STAMP_NAME).read_text("ascii")
    except FileNotFoundError:
        return False
    return built_from == build_stamp(checkout)


def build_stamp(checkout: Path) -> str:
    """A hash of the names and contents of everything the front end is built from."""
    stamp = sha256()
    for path in sorted(_inputs(checkout)):
        content = path.read_bytes()
        # The length keeps a name and the content that follows it from running into each other.
        stamp.update(f"{path.relative_to(checkout).as_posix()}\0{len(content)}\0".encode())
        stamp.update(content)
    return stamp.hexdigest()


def _inputs(checkout: Path) -> Iterator[Path]:
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        yield checkout / name
    yield from (checkout / "app" / "trace").rglob("*.json")
    static = checkout / "static"
    for path in static.rglob("*"):
        if path.is_file() and path.relative_to(static).parts[0] != "dist":
            yield path
