"""Sandboxes behind every fallback, each started once for all the snippets that are tried there."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.sandbox.hostile.fallbacks import FALLBACKS
from tests.sandbox.hostile.house import House

SECRET: Final = "hunter2"  # noqa: S105

type HouseOf = Callable[[str], House]


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all: a fork server belongs to the loop it was started in."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def secret() -> Iterator[str]:
    """The path of a file that stands for the server's data; all the machine may read it, so that only the sandbox
    keeps it from being read."""
    with tempfile.TemporaryDirectory(prefix="yieldscope-data-") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "yieldscope.db")
        path.write_text(SECRET)
        path.chmod(0o644)
        yield str(path)
        assert path.read_text() == SECRET


@pytest.fixture(scope="session")
def house_of(loop: asyncio.Runner) -> Iterator[HouseOf]:
    """The sandbox behind a fallback, by its name; the test is skipped where the machine cannot have it."""
    houses: dict[str, House] = {}

    def had(name: str) -> House:
        fallback = FALLBACKS[name]
        if not fallback.is_had_here():
            pytest.skip(f"this machine cannot have it: {name}")
        if name not in houses:
            house = House(fallback)
            loop.run(house.open())
            houses[name] = house
        return houses[name]

    # What the server knows, and no snippet may.
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("YIELDSCOPE_SECRET", SECRET)
        yield had
        for house in houses.values():
            loop.run(house.close())
