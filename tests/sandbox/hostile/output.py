"""Attacks by what is printed and recorded: floods, endless lines, and texts that no encoding holds."""

from typing import Final

from tests.sandbox.hostile.snippets import WAITS, Hostile

_DEEP: Final = ("syntax error: too deeply nested to be compiled", "syntax error: too many nested parentheses")

SNIPPETS: Final = (
    Hostile("a flood of lines", "while True:\n    print('x' * 1000)\n", prints=None, ends="output limit"),
    Hostile(
        "a flood of empty lines",
        "while True:\n    print()\n",
        prints=None,
        ends=("output limit", "step limit", "cpu limit"),
    ),
    Hostile("a line of 10 MB", "print('x' * 10_000_000)\n", prints=None, ends="output limit"),
    Hostile(
        "a line that never ends",
        "while True:\n    print('x', end='')\n",
        prints=None,
        ends=("output limit", "cpu limit"),
    ),
    Hostile(
        "a flood of standard error",
        "import sys\nwhile True:\n    sys.stderr.write('x' * 1000 + '\\n')\n",
        ends="output limit",
    ),
    Hostile(
        "a flood of descriptor 2, beneath Python",
        """
written = 0
def flood():
    global written
    while True:
        written += os.write(2, b"x" * 65536)
tried("write", flood)
print(written <= 8192)
tried("again", flood)
print(libc.write(2, b"x" * 10, 10))
""",
        prints=None,
        ends=("finished", "crash: signal SIGXFSZ"),
    ),
    Hostile(
        "a flood of descriptor 1, which nobody reads",
        "for _ in range(2000):\n    os.write(1, b'x' * 65536)\nprint(libc.printf(b'x' * 10**6) > 0)\n",
        prints="True\n",
    ),
    Hostile(
        "a flood of warnings, and of complaints of the interpreter",
        """
import sys, warnings
warnings.simplefilter("always")
class Bad:
    def __del__(self):
        raise ValueError("x" * 1000)
while True:
    Bad()
    warnings.warn("y" * 1000)
""",
        ends=("output limit", "step limit"),
    ),
    Hostile(
        "a flood of steps",
        "def numbers():\n    for number in range(10**6):\n        yield number\nfor _ in numbers():\n    pass\n",
        ends="step limit",
    ),
    Hostile(
        "a flood of values, each another one",
        "def numbers():\n    for number in range(10**6):\n        yield 'x' * 1000 + str(number)\nfor _ in numbers():\n    pass\n",
        ends=("step limit", "size limit"),
    ),
    Hostile(
        "a flood of actors with long names",
        """
def made(name):
    made = {}
    exec(f"def {name}(): yield", made)
    return made[name]
for number in range(10**6):
    one = made("x" * 5000 + str(number))
    next(one())
""",
        ends=("step limit", "size limit", "cpu limit"),
    ),
    Hostile(
        "previews that never end, and that print, raise and lie",
        """
import sys
class Bad:
    def __repr__(self):
        while True:
            print("previewed")
    __str__ = __len__ = __iter__ = __hash__ = __format__ = __bool__ = __repr__
    def __getattribute__(self, name):
        raise SystemExit(name)
class Meta(type):
    __repr__ = __getattribute__ = __instancecheck__ = __hash__ = lambda *_: 1 / 0
def given(value):
    got = yield value
    return got
one = given(Bad())
next(one)
try:
    one.send(Bad())
except StopIteration:
    print("done")
for value in Meta("x" * 100_000, (), {}), ["y" * 100_000] * 1000, 10**10**4, "\\ud800" * 10_000, {i: i for i in range(10_000)}:
    next(given(value))
print("done")
""",
        prints="done\ndone\n",
    ),
    Hostile(
        "a preview that loops when Python itself asks for it",
        "class Bad:\n    def __repr__(self):\n        while True:\n            pass\nprint(Bad())\n",
        ends=("cpu limit", "time limit"),
        seconds=WAITS,
    ),
    Hostile(
        "lone surrogates, in names, values, output and errors",
        """
import sys
def given(value):
    yield value
next(given("\\ud800"))
given.__qualname__ = given.__name__ = "\\udfff"
next(given("\\udc80\\ud800"))
print("\\ud800", file=sys.stderr)
try:
    print("\\ud800")
except UnicodeEncodeError:
    print("refused")
raise ValueError("\\ud800")
""",
        prints="refused\n",
        ends="exception: ValueError: \ud800",
    ),
    Hostile(
        "NUL bytes, escapes of terminals, pages of the web, ends of lines of every kind",
        r"""
text = "\0\x1b[2J\x07<script>alert(1)</script>&\r\n\x85\u2028\u2029\ufeff\u202e"
print(text)
def given(value):
    yield value
next(given(text))
""",
        prints="\0\x1b[2J\x07<script>alert(1)</script>&\r\n\x85\u2028\u2029\ufeff\u202e\n",
    ),
    Hostile(
        "standard output is closed, replaced, or not there",
        """
import io, sys
out = sys.stdout
sys.stdout = None
print("nowhere")
sys.stdout = io.StringIO()
print("aside")
sys.stdout = 5
try:
    print("five")
except AttributeError:
    pass
sys.stdout = out
out.close()
try:
    print("closed")
except ValueError:
    pass
raise ZeroDivisionError
""",
        ends="exception: ZeroDivisionError",
    ),
    Hostile(
        "an error whose text has ten million characters",
        "raise ValueError('x' * 10_000_000)\n",
        ends=("output limit", "exception: ValueError: " + "x" * 10),
        prints=None,
    ),
    Hostile(
        "a chain of errors, each the cause of the next",
        """
error = None
for number in range(300):
    caused = ValueError(number)
    caused.__cause__, error = error, caused
raise error
""",
        ends="exception: ValueError: 299",
    ),
    Hostile(
        "errors in groups in groups",
        """
group = ValueError()
for _ in range(5_000):
    group = ExceptionGroup("x", [group])
raise group
""",
        ends="exception: ExceptionGroup: x (1 sub-exception)",
        prints=None,
    ),
    Hostile(
        "an end with a number that nobody can write down",
        "import sys\nsys.exit(10**5000)\n",
        prints=None,
        ends="exit: -1",
    ),
    Hostile(
        "an end with something that has no end",
        "class Endless:\n    def __str__(self):\n        while True:\n            pass\nraise SystemExit(Endless())\n",
        prints=None,
        ends=("exit: 1", "cpu limit"),
    ),
    Hostile(
        "an error that is no error: of another class each time it is asked, without arguments, without a traceback",
        """
class Odd(BaseException):
    __traceback__ = args = property(lambda self: 1 / 0)
    __class__ = property(lambda self: int)
    def __getattribute__(self, name):
        raise KeyboardInterrupt
raise Odd
""",
        prints=None,
        ends="exception: Odd",
    ),
    Hostile("5,000 nested parentheses", "(" * 5000 + "1" + ")" * 5000 + "\n", ends=_DEEP, prelude=False),
    Hostile("30,000 signs before a number", "-" * 30_000 + "1\n", ends=_DEEP, prelude=False),
    Hostile("20,000 attributes of attributes", "x = 1\nx" + ".x" * 20_000 + "\n", ends=_DEEP, prelude=False),
    Hostile("20,000 sums", "1" + "+1" * 20_000 + "\n", ends=_DEEP, prelude=False),
    Hostile(
        "500 calls of calls, nested less deeply than the parser minds",
        "f = lambda *_: f\nf" + "()" * 500 + "\nprint('done')\n",
        prints="done\n",
        ends=("finished", "recorder failure: the source is nested too deeply"),
        prelude=False,
    ),
    Hostile(
        "10,000 branches",
        "x = 0\nif x == -1: pass\n" + "elif x: pass\n" * 4_000,
        ends=("finished", *_DEEP),
        prelude=False,
    ),
    Hostile(
        "300 blocks in blocks",
        "".join(" " * depth + "if 1:\n" for depth in range(120)) + " " * 120 + "pass\n",
        ends="syntax error: too many levels of indentation",
        prelude=False,
    ),
    Hostile(
        "a NUL byte in the source",
        "print(1)\n\0\n",
        ends="syntax error: source code string cannot contain null bytes",
        prelude=False,
    ),
    Hostile(
        "a lone surrogate in the source",
        "print('\ud800')\n",
        prints=None,
        ends="syntax error: 'utf-8' codec can't encode character '\\ud800' in position 7: surrogates not allowed",
        prelude=False,
    ),
    Hostile(
        "a source in another encoding, it says",
        "# -*- coding: utf-16 -*-\nprint('\xe9')\n",
        prints="\xe9\n",
        prelude=False,
    ),
    Hostile(
        "a constant that takes the compiler for ever",
        "x = 9**9**9**9 if 0 else ('a' * 10**6 * 10**6 and 0)\n",
        prelude=False,
        prints=None,
        ends=("memory limit", "cpu limit", "finished"),
    ),
)
