"""A snippet that spoils its own recording."""

from typing import Final

# Overwrites the beginning of every file that its process has open to write in.
SPOILING: Final = """\
import os

for descriptor in map(int, os.listdir("/proc/self/fd")):
    try:
        os.pwrite(descriptor, b"spoilt!!", 0)
    except OSError:
        pass
"""
