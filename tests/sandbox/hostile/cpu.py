"""Attacks on the processor's time, and on time itself: loops in Python and in C, and waits without end."""

from typing import Final

from tests.sandbox.hostile.snippets import WAITS, Hostile

_OF_TIME: Final = "cpu limit"
# Which of the two is reached first is of no interest where it only has to be ended.
_SPINS: Final = (_OF_TIME, "time limit")

SNIPPETS: Final = (
    Hostile("a loop", "while True:\n    pass\n", ends=_OF_TIME),
    Hostile(
        "a loop that catches whatever would end it",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n",
        ends=_OF_TIME,
    ),
    Hostile(
        "a regular expression that goes back again and again",
        "import re\nre.match('(a+)+$', 'a' * 50 + 'b')\n",
        ends=_OF_TIME,
    ),
    Hostile("a power of powers", "print(9**9**9)\n", ends=_OF_TIME),
    Hostile(
        "an endless iteration in C",
        "import collections, itertools\ncollections.deque(itertools.repeat(0), 0)\n",
        ends=_OF_TIME,
    ),
    Hostile(
        "a hash in C that lets other threads run",
        "import hashlib\nhashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9)\n",
        ends=_OF_TIME,
    ),
    Hostile(
        "every signal is ignored and blocked, among them that of the limit",
        """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
""",
        ends=_OF_TIME,
    ),
    Hostile(
        "the signal of the limit is taken by a handler that goes on",
        """
import signal
def go_on(number, frame):
    print("on")
signal.signal(signal.SIGXCPU, go_on)
while True:
    pass
""",
        prints="on\n",
        ends=_OF_TIME,
    ),
    Hostile(
        "a thread spins and the main one waits for it",
        "import threading\ndef spin():\n    while True:\n        pass\nthreading.Thread(target=spin).start()\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "all descriptors are closed, and it spins",
        "os.closerange(0, 1 << 20)\nasked('close', 2) if 'close' in NUMBERS else None\nwhile True:\n    pass\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "it waits for real, in the kernel",
        "import select\nselect.select([], [], [], None)\n",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile("it sleeps in the library of C", "libc.sleep(1000)\n", ends="time limit", seconds=WAITS),
    Hostile(
        "it waits for a lock that it has",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()\n",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "a queue that nobody fills, with every error caught",
        "import queue\nwhile True:\n    try:\n        queue.SimpleQueue().get()\n    except BaseException:\n        pass\n",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "a month of sleep passes in no time",
        "import asyncio, time\ntime.sleep(10**6)\nasyncio.run(asyncio.sleep(10**6))\nprint(time.monotonic() >= 2 * 10**6)\n",
        prints="True\n",
    ),
    Hostile(
        "the clock is watched until it moves",
        "import time\nend = time.monotonic() + 1e9\nwhile time.monotonic() < end:\n    pass\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "a finalizer that spins",
        "class Last:\n    def __del__(self):\n        while True:\n            pass\nLast()\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "a finalizer that sleeps for real when all is over",
        "import select\nclass Last:\n    def __del__(self):\n        select.select([], [], [])\nkept = Last()\nprint('ended')\n",
        prints="ended\n",
        ends="time limit",
        seconds=WAITS,
    ),
    Hostile(
        "a handler of the end that spins",
        "import atexit\n@atexit.register\ndef last():\n    while True:\n        pass\nprint('ended')\n",
        prints="ended\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "handlers of the end that ask for more of them",
        "import atexit\ndef last():\n    atexit.register(last)\natexit.register(last)\n",
        ends=("finished", "step limit", _OF_TIME),
    ),
    Hostile(
        "an exception whose text takes for ever",
        "class Long(Exception):\n    def __str__(self):\n        while True:\n            pass\nraise Long\n",
        ends=_SPINS,
        seconds=WAITS,
        prints=None,
    ),
    Hostile(
        "hooks of the interpreter that never return",
        "import sys\ndef spin(*_):\n    while True:\n        pass\nsys.excepthook = sys.unraisablehook = spin\nraise ValueError\n",
        ends=_SPINS,
        seconds=WAITS,
    ),
    Hostile(
        "a million tasks",
        "import asyncio\nasync def one():\n    await asyncio.sleep(1)\nasync def main():\n    await asyncio.gather(*(one() for _ in range(10**6)))\nasyncio.run(main())\n",
        ends=("step limit", *_SPINS),
        seconds=WAITS,
    ),
    Hostile(
        "a coroutine that never lets the loop go on, and a loop that never rests",
        "import asyncio\nasync def main():\n    while True:\n        await asyncio.sleep(0)\nasyncio.run(main())\n",
        ends=("step limit", *_SPINS),
        seconds=WAITS,
    ),
)
