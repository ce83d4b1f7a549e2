"""A snippet that spoils its own recording."""

from typing import Final

# Overwrites the beginning of every journal that it finds in the frames that run it.
SPOILING: Final = """\
import mmap, sys

frame = sys._getframe()
while frame:
    for value in list(frame.f_locals.values()):
        if isinstance(value, mmap.mmap):
            value[:8] = b"spoilt!!"
    frame = frame.f_back
"""
