"""The modules of CPython's tests that are run, and the snippet that each of them is."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MODULES: Final = (
    "test_yield_from",
    "test_generators",
    "test_generator_stop",
    "test_coroutines",
    "test_asyncgen",
    "test_contextlib",
    "test_contextlib_async",
    "test_asyncio.test_tasks",
    "test_asyncio.test_futures",
    "test_asyncio.test_futures2",
    "test_asyncio.test_taskgroups",
    "test_asyncio.test_timeouts",
    "test_asyncio.test_waitfor",
    "test_asyncio.test_queues",
    "test_asyncio.test_locks",
    "test_asyncio.test_runners",
    "test_asyncio.test_eager_task_factory",
    "test_asyncio.test_events",
)

_EDITS: Final[Mapping[str, Mapping[str, str]]] = {
    # It skips this class where asyncio has no C accelerators, but cannot make it without them.
    "test_asyncio.test_futures2": {"cls = tasks._CTask": "cls = getattr(tasks, '_CTask', None)"},
    "test_asyncio.test_events": {
        # Whether a socket can be bound is tried out as the module is made; the sandbox has no sockets,
        "@socket_helper.skip_unless_bind_unix_socket": "@unittest.skip('no sockets')",
        # and no signals, which all its loops would be told of when a process ends.
        "watcher.attach_loop(self.loop)": "pass",
    },
}
"""What of a module's text is replaced, and by what, for its tests to run at all."""


class NotInstalled(Exception):
    """The interpreter came without its tests; says what to install."""

    def __init__(self, name: str) -> None:
        package = f"libpython{sys.version_info.major}.{sys.version_info.minor}-testsuite"
        super().__init__(
            f"{sys.executable} has no module test.{name}. Debian and Ubuntu leave CPython's tests out of Python: "
            f"install the package `{package}`, or `libpython3-testsuite` for their default Python."
        )


def snippet(name: str) -> str:
    """The source of a module; its own last line, `unittest.main()`, is what runs its tests.

    Raises NotInstalled.
    """
    try:
        found = importlib.util.find_spec(f"test.{name}")
    except ModuleNotFoundError:
        found = None
    if found is None or found.origin is None:
        raise NotInstalled(name)
    text = Path(found.origin).read_text("utf-8")
    for old, new in _EDITS.get(name, {}).items():
        assert old in text, f"{name} has changed, and does not say {old!r} any more"
        text = text.replace(old, new)
    return text
