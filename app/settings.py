"""Every limit and path of the server, in one frozen object, read from the environment.

A field is set by the variable `YIELDSCOPE_` + its name in capitals: `YIELDSCOPE_PORT=8080`,
`YIELDSCOPE_DATA=/srv/traces`, and likewise each field of `Limits`: `YIELDSCOPE_WALL_SECONDS=5`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from app.trace.limits import Limits

_PREFIX: Final = "YIELDSCOPE_"
_ROOT: Final = Path(__file__).parents[1]

# The wire form of a source may be longer than the source: JSON may write a character as `\uXXXX`,
# a form writes a line break as `%0D%0A`. Six bytes for one is the most, and the rest is room for
# the names around it.
_BYTES_ON_THE_WIRE: Final = 8


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one plain sentence."""


def default_data() -> Path:
    """`data/` beside the sources in a checkout; the user's own data folder for an installed wheel."""
    if (_ROOT / "pyproject.toml").is_file():
        return _ROOT / "data"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "yieldscope"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "yieldscope"


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server runs. The defaults suit a laptop."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = field(default_factory=default_data)
    """The folder that holds what must outlive the server: the traces."""

    workers: int = field(default_factory=lambda: (os.cpu_count() or 1) + 1)
    """How many snippets run at once; one more than there are processors, for the time that one is begun or ended in."""

    patience_seconds: float = 2.0
    """So many more may wait for their turn as will have it in about this time; others are told that it is busy."""

    runs_per_minute: int = 300
    """How many snippets one client may have run; 0 for any number. A class may share one address."""

    public_url: str = ""
    """The address visitors know the site by, where it differs from the one requests name."""

    unsafe_local: bool = False
    """Snippets run unconfined, for whoever sits at this machine: by the command line alone."""

    limits: Limits = field(default_factory=Limits)

    @property
    def body_bytes(self) -> int:
        """The longest request body that is read: any wire form of the longest source fits."""
        return self.limits.source_bytes * _BYTES_ON_THE_WIRE

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Settings from variables; raises SettingsError for a value that cannot be used."""
        limits = Limits(**_given(Limits, environment))
        return cls(**_given(cls, environment), limits=limits)


def whole(least: int, most: int = 2**31 - 1) -> Callable[[str], int]:
    """A reader of whole numbers between two bounds."""

    def read(text: str) -> int:
        # So many digits are read before they are compared that no limit of `int` is met.
        if text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"a whole number from {least} to {most}")

    return read


port: Final = whole(0, 65_535)
"""Reads a port; 0 asks for any free one."""


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if 0 < seconds < float("inf"):
        return seconds
    raise ValueError("a number of seconds above 0")


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _url(text: str) -> str:
    if text.startswith(("http://", "https://")):
        return text.rstrip("/")
    raise ValueError("an address that begins with http:// or https://")


_BY_TYPE: Final[Mapping[Any, Callable[[str], object]]] = {
    int: whole(1),
    float: _seconds,
    Path: _folder,
    str: str,
}
_BY_NAME: Final[Mapping[str, Callable[[str], object]]] = {
    "port": port,
    "runs_per_minute": whole(0),
    "public_url": _url,
}


def _given(cls: type[Settings] | type[Limits], environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields of `cls` that the environment sets."""
    found: dict[str, object] = {}
    for setting in fields(cls):
        read = _BY_NAME.get(setting.name) or _BY_TYPE.get(setting.type)
        variable = _PREFIX + setting.name.upper()
        text = environment.get(variable, "").strip()
        if read is None or not text:
            continue
        try:
            found[setting.name] = read(text)
        except ValueError as rule:
            raise SettingsError(f"{variable} must be {rule}, not {text!r}.") from None
    return found
