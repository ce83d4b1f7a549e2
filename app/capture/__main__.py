"""A child of its own for one run: reads a request from standard input, writes a journal, and is gone.

The request is a JSON object: `source`, `limits` (the fields of `Limits`) and `journal`, the path of a
file of `journal_size` bytes. Nothing is written to standard output.
"""

import json
import mmap
import os
import sys
from typing import NoReturn

from app.capture.answer import Answer, keep_to
from app.trace.limits import Limits


def main() -> NoReturn:
    """Record one run."""
    request = json.load(sys.stdin)
    limits = Limits(**request["limits"])
    descriptor = os.open(request["journal"], os.O_RDWR | getattr(os, "O_BINARY", 0))
    journal = mmap.mmap(descriptor, 0)
    os.close(descriptor)
    keep_to(limits)
    Answer(limits).give(request["source"], journal)


if __name__ == "__main__":
    main()
