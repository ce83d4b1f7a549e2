"""What the fork server imports, so that no child has to, and what it takes out of their reach."""

import gc
import importlib
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.sandbox.forkserver.readable import STANDARD_LIBRARY

_FOLDERS: Final = (Path(STANDARD_LIBRARY), Path(STANDARD_LIBRARY) / "lib-dynload")

_THREAD_STACK_BYTES: Final = 2 * 1024 * 1024
"""So that as many threads as a run may have fit into its memory."""

# What snippets import most, and each extension module that needs a library of the system's, whose files no child can
# read. Where Landlock is missing a child can open no file at all, and these are all it has.
_MODULES: Final = """
    abc argparse array ast asyncio atexit base64 bisect builtins bz2 calendar cmath cmd code codecs codeop
    collections.abc colorsys compileall concurrent.futures.thread configparser contextlib contextvars copy copyreg
    cProfile csv ctypes dataclasses datetime decimal difflib dis doctest email.message encodings.ascii
    encodings.cp1252 encodings.cp437 encodings.idna encodings.latin_1 encodings.rot_13 encodings.unicode_escape
    encodings.utf_16 encodings.utf_32 encodings.utf_8_sig enum errno faulthandler filecmp fileinput fnmatch fractions
    functools gc getopt getpass gettext glob graphlib gzip hashlib heapq hmac html.parser http.client http.server
    importlib.metadata importlib.resources inspect io ipaddress itertools json keyword linecache locale logging.config
    logging.handlers lzma math mimetypes multiprocessing numbers opcode operator optparse os pathlib pdb pickle
    pickletools platform plistlib pprint profile pstats pyexpat queue quopri random re reprlib runpy sched secrets
    select selectors shelve shlex shutil signal smtplib socket socketserver sqlite3 ssl stat statistics string
    stringprep struct subprocess symtable sys sysconfig tempfile textwrap threading time timeit token tokenize tomllib
    trace traceback tracemalloc types typing unicodedata unittest.mock urllib.request uuid warnings wave weakref
    xml.dom.minidom xml.etree.ElementTree xmlrpc.client zipfile zipimport zlib zoneinfo _decimal _elementtree _hashlib
    _lsprof _pylong _sqlite3 _ssl _strptime _threading_local _uuid _zoneinfo
"""


def preload() -> None:
    """Import what snippets need, and leave nothing to be imported but the standard library."""
    for name in _MODULES.split():
        # Python may have been built without some; others go with time.
        with suppress(ImportError):
            importlib.import_module(name)
    # Nothing of what is installed beside the standard library can be imported by a snippet.
    sys.path[:] = [path for path in sys.path if Path(path) in _FOLDERS or path.endswith(".zip")]
    sys.path_importer_cache.clear()
    # Read once, here, where the file can be read.
    time.tzset()
    threading.stack_size(_THREAD_STACK_BYTES)


def settle() -> None:
    """Share all there is with the children: none of it is looked at again when they collect garbage."""
    gc.collect()
    gc.freeze()
