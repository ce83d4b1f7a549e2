"""Attacks on the journal, the memory by which the run is told: forged, cut short, flooded, nested, and taken away."""

from typing import Final

from tests.sandbox.hostile.snippets import Hostile

# How a snippet finds the journal, and what it has to know to write one of its own.
_FORGER: Final = """
import json, mmap, struct, sys
def found():
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if type(value) is mmap.mmap:
                return value
        frame = frame.f_back
journal = found()
CAPACITY = struct.unpack_from("<q", journal, 8)[0]
LEDGER = 32 + 40 * CAPACITY
def step(kind=0, giver=-1, receiver=-1, value=-1, line=-1, task=-1, via=-1, cause=-1, time=0.0):
    return struct.pack("<d8i", time, giver, receiver, value, line, task, via, cause, kind + 1)
def forge(ledger, steps=b"", used=None, capacity=CAPACITY, magic=b"yieldsc1"):
    journal[32 : 32 + len(steps) + 40] = steps + bytes(40)
    journal[LEDGER : LEDGER + len(ledger)] = ledger
    journal[:32] = struct.pack("<8sqq8x", magic, capacity, len(ledger) if used is None else used)
    libc._exit(0)
ENDED = b'e{"kind": "finished"}\\n'
MODULE = b'a{"kind": "module", "name": "m", "line": 1, "home": "snippet", "of": null, "role": null}\\n'
def actor(kind, name="x", of="null", role="null"):
    return f'a{{"kind": "{kind}", "name": "{name}", "line": null, "home": "asyncio", "of": {of}, "role": {role}}}\\n'.encode()
ROOM = len(journal) - LEDGER
"""


def _forged(name: str, body: str, *ends: str) -> Hostile:
    return Hostile(name, _FORGER + body, prints=None, ends=ends or "finished")


SNIPPETS: Final = (
    _forged("the head is overwritten", "journal[:8] = b'spoilt!!'\n", "spoilt: journal"),
    _forged(
        "the head is all zeros: as if nothing had begun",
        "journal[:32] = bytes(32)\nlibc._exit(0)\n",
        "crash: exit status 0",
    ),
    _forged("everything is zeros", "journal[:] = bytes(len(journal))\nlibc._exit(0)\n", "crash: exit status 0"),
    _forged(
        "everything is noise",
        "import random\njournal[:] = random.randbytes(len(journal))\nlibc._exit(0)\n",
        "spoilt: journal",
    ),
    _forged(
        "noise behind a head that is right",
        "import random\nforge(random.randbytes(ROOM), random.randbytes(LEDGER - 72))\n",
        "spoilt: journal",
    ),
    _forged("more is used than there is", "forge(ENDED, used=2**62)\n", "spoilt: journal"),
    _forged("less than nothing is used", "forge(ENDED, used=-1)\n", "spoilt: journal"),
    _forged("there is room for more steps than there are bytes", "forge(ENDED, capacity=2**62)\n", "spoilt: journal"),
    _forged("there is room for less than no steps", "forge(ENDED, capacity=-1)\n", "spoilt: journal"),
    _forged("it is cut in the middle of a record", "forge(MODULE + ENDED, used=len(MODULE) + 7)\n", "spoilt: journal"),
    _forged("it is cut before the end", "forge(MODULE)\n", "crash: exit status 0"),
    _forged(
        "an outcome that did not come about", 'forge(b\'e{"kind": "deadlock", "waiting": ["you"]}\\n\')\n', "deadlock"
    ),
    _forged("an outcome that there is not", 'forge(b\'e{"kind": "won"}\\n\')\n', "spoilt: outcome"),
    _forged(
        "an outcome whose limit has no end",
        'forge(b\'e{"kind": "cpu limit", "limit": 1e999}\\n\')\n',
        "spoilt: outcome",
    ),
    _forged(
        "an outcome whose limit is no number",
        'forge(b\'e{"kind": "cpu limit", "limit": NaN}\\n\')\n',
        "spoilt: journal",
    ),
    _forged(
        "an outcome whose limit is longer than numbers are",
        "forge(b'e{\"kind\": \"cpu limit\", \"limit\": ' + b'9' * 5000 + b'}\\n')\n",
        "spoilt: journal",
    ),
    _forged(
        "an outcome far outside the source",
        'forge(b\'e{"kind": "exception", "line": 1000000, "type": "X", "message": ""}\\n\')\n',
        "spoilt: outcome",
    ),
    _forged(
        "an outcome that takes all the room",
        'forge(b\'e{"kind": "exception", "message": "\' + b\'x\' * (ROOM - 50) + b\'"}\\n\')\n',
        "spoilt: journal",
    ),
    _forged("a million outcomes", "forge(ENDED * (ROOM // len(ENDED)))\n", "spoilt: journal"),
    _forged(
        "a million waiting",
        'forge(b\'e{"kind": "deadlock", "waiting": [\' + b\'"x",\' * (ROOM // 4 - 50) + b\'"x"]}\\n\')\n',
        "spoilt: journal",
    ),
    _forged(
        "a result nested 200,000 deep",
        "forge(b'v' + b'[' * 200_000 + b']' * 200_000 + b'\\n' + ENDED)\n",
        "spoilt: journal",
    ),
    _forged(
        "objects nested 200,000 deep",
        "forge(b'e' + b'{\"kind\":' * 200_000 + b'1' + b'}' * 200_000 + b'\\n')\n",
        "spoilt: journal",
    ),
    _forged("nested as deep as there is room", "forge(b'v' + b'[' * (ROOM - 10) + b'\\n')\n", "spoilt: journal"),
    _forged(
        "a value that takes all the room", "forge(b'v\"' + b'x' * (ROOM - 50) + b'\"\\n' + ENDED)\n", "spoilt: journal"
    ),
    _forged(
        "as many values as there is room for", "forge(b'v\"\"\\n' * (ROOM // 4 - 50) + ENDED)\n", "spoilt: journal"
    ),
    _forged(
        "as many actors as there is room for",
        "forge(MODULE * (ROOM // len(MODULE) - 50) + ENDED)\n",
        "spoilt: journal",
    ),
    _forged(
        "as much output as there is room for",
        'one = b\'o{"step": 0, "stream": "stdout", "text": ""}\\n\'\nforge(one * (ROOM // len(one) - 50) + ENDED)\n',
        "spoilt: journal",
    ),
    _forged(
        "a value that is a list of empty lists",
        "forge(b'v[' + b'[],' * (ROOM // 3 - 50) + b'1]\\n')\n",
        "spoilt: journal",
    ),
    _forged(
        "an outcome with a list of empty lists",
        "forge(b'e{\"kind\": \"finished\", \"z\": [' + b'[],' * (ROOM // 3 - 50) + b'1]}\\n')\n",
        "spoilt: journal",
    ),
    _forged(
        "output with a list of empty lists",
        'forge(b\'o{"step": 0, "stream": "stdout", "text": [\' + b\'[],\' * (ROOM // 3 - 50) + b\'1]}\\n\')\n',
        "spoilt: journal",
    ),
    _forged(
        "output with a list of empty lists before its text",
        'forge(b\'o{"step": 0, "z": [\' + b\'[],\' * (ROOM // 3 - 50) + b\'1], "text": ""}\\n\')\n',
        "spoilt: journal",
    ),
    _forged("empty lines, as many as there is room for", "forge(b'\\n' * (ROOM - 1))\n", "spoilt: journal"),
    _forged(
        "lone surrogates, NULs and ends of lines, written as JSON",
        'forge(b\'v"\\\\ud800\\\\u0000\\\\n\\\\u2028"\\n\' + b\'e{"kind": "exit", "message": "\\\\udfff"}\\n\')\n',
        "exit: \udfff",
    ),
    _forged(
        "output to nowhere, and of steps that are not there",
        'forge(b\'o{"step": 5, "stream": "stdout", "text": "x"}\\n\' + ENDED)\n',
        "spoilt: output",
    ),
    _forged(
        "output with the number of a step that has no end",
        'forge(b\'o{"step": 1e999, "stream": "stdout", "text": "x"}\\n\' + ENDED)\n',
        "spoilt: journal",
    ),
    _forged("an actor of no kind", "forge(MODULE.replace(b'module', b'spirit') + ENDED)\n", "spoilt: actors"),
    _forged(
        "actors that belong to one another",
        "forge(MODULE + actor('task', of=2, role='\"task\"') + actor('handle', of=1, role='\"step\"') + ENDED)\n",
        "spoilt: actors",
    ),
    _forged("steps with an actor that is not there", "forge(MODULE + ENDED, step(16, 0, 7))\n", "spoilt: columns"),
    _forged(
        "steps with values, lines, kinds, ways and causes that are not there",
        "import random\nnow = int.from_bytes(random.randbytes(1)) % 5\n"
        "forge(MODULE + ENDED, step(**{('kind', 'value', 'line', 'via', 'cause')[now]: 10**6}))\n",
        "spoilt: columns",
    ),
    _forged(
        "steps with numbers below every other",
        "forge(MODULE + ENDED, step(16, -2**31, -2**31, -2**31, -2**31, -2**31, -2**31, -2**31))\n",
        "spoilt: columns",
    ),
    _forged(
        "steps at a time that is none", "forge(MODULE + ENDED, step(17, 0, -1, time=float('nan')))\n", "spoilt: time"
    ),
    _forged("steps at the end of time", "forge(MODULE + ENDED, step(17, 0, -1, time=float('inf')))\n", "spoilt: time"),
    _forged(
        "steps whose time goes backwards",
        "forge(MODULE + ENDED, step(18, 0, time=5.0) + step(18, 0, time=4.0))\n",
        "spoilt: time",
    ),
    _forged(
        "as many steps as there is room for, all of them nonsense",
        "forge(MODULE + ENDED, step(16, 0, 0) * (CAPACITY - 1))\n",
        "spoilt: form",
    ),
    _forged(
        "a chain of calls that is deeper than any real one",
        'many = CAPACITY // 2\nline = b\'a{"kind": "function", "name": "f", "line": 1, "home": "snippet", "of": null, "role": null}\\n\'\n'
        "forge(MODULE + line * many + ENDED, b''.join([struct.pack('<d8i', 0.0, at, at + 1, -1, 1, -1, -1, -1, 17) for at in range(many)]))\n",
        "finished",
        "spoilt: form",
        "spoilt: control",
    ),
    _forged(
        "the memory of the journal is taken away",
        "at = ctypes.addressof(ctypes.c_char.from_buffer(journal))\nlibc.munmap(ctypes.c_void_p(at), ctypes.c_size_t(len(journal)))\nprint('on')\n",
        "crash: signal SIGSEGV",
        "crash: signal SIGBUS",
    ),
    _forged(
        "its pages are given back, or cut out of the file",
        "at = ctypes.addressof(ctypes.c_char.from_buffer(journal))\nfor advice in 4, 8, 9, 14, 21:\n    libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(len(journal) & -4096), advice)\nlibc._exit(0)\n",
        "crash: exit status 0",
    ),
    _forged(
        "it is made longer",
        "try:\n    journal.resize(1 << 30)\nexcept (BufferError, OSError):\n    libc._exit(3)\n",
        "crash: exit status 3",
    ),
    _forged(
        "a thread writes into it until the end",
        "import threading\ndef spoil():\n    while True:\n        journal[LEDGER:LEDGER + 100] = b'v\"x\"\\n' * 20\nthreading.Thread(target=spoil, daemon=True).start()\nprint('on')\n"
        * 1,
        "spoilt: journal",
        "finished",
        "spoilt: columns",
        "spoilt: actors",
        "spoilt: output",
    ),
    _forged(
        "an end that is told over and over",
        "for _ in range(5):\n    print('x' * 9000)\nforge(ENDED * 3)\n",
    ),
)
