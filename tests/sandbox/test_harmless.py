"""What a snippet may want that harms nobody works in a confined child, or is refused in plain words."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from app.sandbox.layers import Layers, offered
from app.sandbox.runner import Recorded, Runner
from app.sandbox.warm import WarmChildren
from app.trace import Trace
from app.trace.limits import Limits

pytestmark = pytest.mark.skipif(not offered().seccomp, reason="this machine confines nothing")

type Recording = Callable[[str], Trace]


@pytest.fixture(scope="module", params=["all layers", "no Landlock, no bubblewrap"])
def layers(request: pytest.FixtureRequest) -> Layers:
    """With everything the machine offers, and where no file can be opened."""
    here = offered()
    return here if request.param == "all layers" else Layers(seccomp=True, own_uid=here.own_uid)


@pytest.fixture(scope="module")
def recording(layers: Layers) -> Iterator[Recording]:
    """The trace of a snippet."""
    limits = Limits(wall_seconds=60)
    with asyncio.Runner() as loop:
        runner = Runner(WarmChildren(limits, 1, layers), limits, workers=1, patience=60)

        def record(source: str) -> Trace:
            result = loop.run(runner.run(source))
            assert isinstance(result, Recorded)
            return result.trace

        yield record
        loop.run(runner.close())


def printed(trace: Trace) -> str:
    text = "".join(piece.text for piece in trace.output)
    assert trace.outcome.kind == "finished", (trace.outcome, text)
    return text


WORKING: Final = {
    "threads": (
        """
import threading
done = []
threads = [threading.Thread(target=done.append, args=(number,)) for number in range(40)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(sorted(done) == list(range(40)))
""",
        "True\n",
    ),
    "asyncio.to_thread": (
        """
import asyncio
async def main():
    print(await asyncio.gather(*(asyncio.to_thread(pow, 2, number) for number in range(5))))
asyncio.run(main())
""",
        "[1, 2, 4, 8, 16]\n",
    ),
    "executors": (
        """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(str.upper, "abc")))
""",
        "['A', 'B', 'C']\n",
    ),
    "sqlite3 in memory": (
        """
import sqlite3
base = sqlite3.connect(":memory:")
base.execute("create table t (x)")
base.executemany("insert into t values (?)", [(number,) for number in range(10)])
print(base.execute("select sum(x) from t").fetchone())
""",
        "(45,)\n",
    ),
    "decimal, fractions, statistics": (
        """
import decimal, fractions, statistics
print(decimal.Decimal(1) / 7, fractions.Fraction(1, 3) + 1, statistics.median([3, 1, 2]))
""",
        "0.1428571428571428571428571429 4/3 2\n",
    ),
    "json, dataclasses, enum, re": (
        """
import dataclasses, enum, json, re
@dataclasses.dataclass(frozen=True)
class Point:
    x: int
Colour = enum.Enum("Colour", "RED BLUE")
print(json.dumps(dataclasses.asdict(Point(1))), Colour.BLUE, re.sub("a+", "b", "caat"))
""",
        '{"x": 1} Colour.BLUE cbt\n',
    ),
    "packing and hashing": (
        """
import bz2, gzip, hashlib, io, lzma, zipfile, zlib
for module in bz2, gzip, lzma, zlib:
    assert module.decompress(module.compress(b"x" * 1000)) == b"x" * 1000
held = io.BytesIO()
with zipfile.ZipFile(held, "w") as archive:
    archive.writestr("a", "b")
print(zipfile.ZipFile(held).read("a"), hashlib.sha256(b"").hexdigest()[:8])
""",
        "b'b' e3b0c442\n",
    ),
    "numbers at random, and secrets": (
        "import os, secrets, uuid\nprint(len(os.urandom(8)), len(secrets.token_hex()), len(str(uuid.uuid4())))\n",
        "8 64 36\n",
    ),
    "a big but legal loop": (
        "total = 0\nfor number in range(3_000_000):\n    total += number\nprint(total)\n",
        "4499998500000\n",
    ),
    "numbers of many digits": ("print(len(str(7**5000)), sum(map(int, str(2**10_000))))\n", "4226 13561\n"),
    "dates that are read": (
        "import datetime\nprint(datetime.datetime.strptime('2020-02-29', '%Y-%m-%d').date())\n",
        "2020-02-29\n",
    ),
    "the local time": ("import time\nprint(time.localtime(0).tm_year in (1969, 1970))\n", "True\n"),
}


@pytest.mark.parametrize("what", WORKING)
def test_what_harms_nobody_works(what: str, recording: Recording) -> None:
    source, expected = WORKING[what]
    assert printed(recording(source)) == expected


def test_time_zones_and_sources_of_the_library_are_read_where_files_can_be_held(
    layers: Layers, recording: Recording
) -> None:
    source = """
import inspect, textwrap, zoneinfo
for attempt in (
    lambda: print(inspect.getsource(textwrap.dedent).startswith("def dedent")),
    lambda: print(zoneinfo.ZoneInfo("Europe/Berlin")),
):
    try:
        attempt()
    except OSError as error:
        print(type(error).__name__)
"""
    readable = "True\nEurope/Berlin\n"
    # Nobody's files are read where nothing holds which: Python says so in its own words.
    nothing = "OSError\nPermissionError\n"
    assert printed(recording(source)) == (readable if layers.landlock else nothing)


def test_files_cannot_be_made_and_python_says_so(recording: Recording) -> None:
    source = """
import pathlib, tempfile
for attempt in (
    lambda: open("notes.txt", "w"), lambda: pathlib.Path("/tmp/notes").mkdir(), lambda: tempfile.mkstemp(dir="/tmp"),
    lambda: tempfile.TemporaryFile(),
):
    try:
        attempt()
    except OSError as error:
        print(f"{type(error).__name__}: {error.strerror}")
"""
    refused = "PermissionError: Operation not permitted\n"
    lines = printed(recording(source)).splitlines(keepends=True)
    assert lines[:3] == [refused] * 3
    assert lines[3].startswith(("FileNotFoundError: No usable temporary directory found", refused))


FAILING: Final = {
    "it is out of the way, so that asyncio's tasks are made in Python": "_asyncio",
    "it is of another system": (
        "_aix_support _android_support _ios_support _msi _osx_support _overlapped _scproxy _winapi _wmi msilib msvcrt "
        "nt winreg winsound"
    ),
    "Python may be built without it": "_bz2 _crypt _dbm _gdbm _lzma _sqlite3 crypt nis ossaudiodev spwd readline",
    "it needs a terminal, and a library that no child can read": "_curses _curses_panel curses",
    "it draws windows, and needs a library that no child can read": "_tkinter idlelib tkinter turtle turtledemo",
}
"""Modules of the standard library that cannot be imported, by the reason."""

UNREAD: Final = """
    _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _interpchannels _interpqueues
    _interpreters _md5 _multibytecodec _multiprocessing _posixshmem _py_abc _pydatetime _pydecimal _pyio _pyrepl
    _sha1 _sha2 _sha3 dbm ensurepip ftplib imaplib mailbox modulefinder netrc nturl2path poplib pty pyclbr pydoc
    pydoc_data sre_compile sre_constants sre_parse syslog tabnanny tarfile tty venv webbrowser wsgiref zipapp
"""
"""Those that the fork server has not imported, and that no child can where no file can be opened."""

SPEAKING: Final = ("antigravity", "this")
"""Those that open a browser, or print, when they are imported."""


def test_nearly_all_of_the_standard_library_can_be_imported(layers: Layers, recording: Recording) -> None:
    names = sorted(sys.stdlib_module_names - {"__main__", *SPEAKING})
    source = f"""
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except (ImportError, OSError):
        print(name)
"""
    may_fail = " ".join(FAILING.values()).split()
    if not layers.landlock:
        may_fail += UNREAD.split()
    assert set(printed(recording(source)).split()) <= set(may_fail)


@pytest.mark.parametrize("name", [*" ".join(FAILING.values()).split(), *SPEAKING])
def test_a_module_that_cannot_be_imported_ends_nothing(name: str, recording: Recording) -> None:
    source = f"try:\n    import {name}\nexcept (ImportError, OSError):\n    pass\nprint('on')\n"
    assert printed(recording(source)).endswith("on\n")
