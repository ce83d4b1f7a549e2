"""Attacks on the recorder, which runs in the same process: what it stands on is taken away, and what it made is spoilt."""

from typing import Final

from tests.sandbox.hostile.snippets import WAITS, Hostile

_FAULTS: Final = ("crash: signal SIGSEGV", "crash: signal SIGBUS")

# A generator that is run after the attack: the recorder has something to do.
_GOES_ON: Final = """
def numbers():
    got = yield 1
    print("got", got)
    yield 2
one = numbers()
next(one)
one.send(5)
one.close()
print("on")
"""

SNIPPETS: Final = (
    Hostile(
        "the recorder's place among the monitors is given up",
        "import sys\nfor tool in range(6):\n    if sys.monitoring.get_tool(tool):\n        sys.monitoring.free_tool_id(tool)\n"
        + _GOES_ON,
        prints="got 5\non\n",
    ),
    Hostile(
        "its callbacks are put out, and others in their place",
        """
import sys
events = sys.monitoring.events
for tool in range(6):
    if sys.monitoring.get_tool(tool):
        for name, event in vars(events).items():
            if name.isupper() and event:
                sys.monitoring.register_callback(tool, event, lambda *_: 1 / 0)
        sys.monitoring.set_events(tool, events.PY_START | events.CALL | events.LINE)
sys.monitoring.restart_events()
"""
        + _GOES_ON,
        prints=None,
        ends="recorder failure: ZeroDivisionError: division by zero",
    ),
    Hostile(
        "its monitor is told to report nothing, or all of it",
        "import sys\nfor events in 0, 2**9 - 1, 0:\n    sys.monitoring.set_events(4, events)\n" + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "every place among the monitors is taken, traced and profiled",
        """
import sys, threading
for tool in range(6):
    try:
        sys.monitoring.use_tool_id(tool, "mine")
        sys.monitoring.set_events(tool, sys.monitoring.events.CALL)
        sys.monitoring.register_callback(tool, sys.monitoring.events.CALL, lambda *_: sys.monitoring.DISABLE)
    except ValueError:
        pass
def trace(*_):
    return trace
sys.settrace(trace)
sys.setprofile(trace)
threading.settrace_all_threads(trace)
"""
        + _GOES_ON,
        prints="got 5\non\n",
    ),
    Hostile(
        "a hook of the audit that refuses everything, and cannot be taken away",
        """
import sys
def refuse(event, arguments):
    raise PermissionError(event)
sys.addaudithook(refuse)
"""
        + _GOES_ON,
        prints=None,
        ends="recorder failure: PermissionError: sys.monitoring.register_callback",
    ),
    Hostile(
        "all that the collector knows of is emptied",
        """
import gc
gc.unfreeze()
for thing in gc.get_objects():
    if type(thing) in (dict, list, set) and thing is not globals():
        try:
            thing.clear()
        except Exception:
            pass
print("on")
""",
        prints=None,
        ends=None,
    ),
    Hostile(
        "the recorder's objects are found by the collector, and their fields set to nonsense",
        """
import gc
gc.unfreeze()
for thing in gc.get_objects():
    if type(thing).__module__.startswith(("app.", "__main__")):
        for name in list(getattr(thing, "__dict__", ())) or getattr(type(thing), "__slots__", ()):
            try:
                setattr(thing, name, None)
            except Exception:
                pass
"""
        + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "the modules that it is made of are emptied",
        """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith("app."):
        vars(module).clear()
"""
        + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "no modules are left",
        "import sys\nsys.modules.clear()\nsys.meta_path.clear()\nsys.path_hooks.clear()\n" + _GOES_ON,
        prints="got 5\non\n",
    ),
    Hostile(
        "functions of Python are replaced where the recorder finds them",
        """
import builtins
kept = print
for name in list(vars(builtins)):
    if name.islower() and not name.startswith("_") and name != "next":
        setattr(builtins, name, lambda *_, **__: 1 // 0)
"""
        + _GOES_ON.replace("print", "kept"),
        prints=None,
        ends=None,
    ),
    Hostile(
        "the classes of errors are replaced, and then there are no built-in names at all",
        """
import builtins
for name in list(vars(builtins)):
    if isinstance(vars(builtins)[name], type):
        setattr(builtins, name, int)
vars(builtins).clear()
raise_this
""",
        prints=None,
        ends=None,
    ),
    Hostile(
        "json, struct, mmap, sys, os: what they do is replaced",
        """
import json, json.encoder, mmap, os, struct, sys
def nothing(*_, **__):
    return None
for module in json, json.encoder, struct, os, sys, mmap:
    for name in list(vars(module)):
        if callable(vars(module)[name]) and not name.startswith("__") and name not in ("_getframe", "exit"):
            try:
                setattr(module, name, nothing)
            except (TypeError, AttributeError):
                pass
"""
        + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "the way out is closed: os._exit does nothing",
        "os._exit = lambda status: None\nos.write = os.kill = None\nprint('on')\n",
        prints="on\n",
    ),
    Hostile(
        "the limit's way out is closed, and then the limit reached",
        "os._exit = lambda status: None\ndef numbers():\n    while True:\n        yield\nfor _ in numbers():\n    pass\n",
        ends="step limit",
    ),
    Hostile("it leaves by the back door", "print('on')\nos._exit(3)\n", prints="on\n", ends="crash: exit status 3"),
    Hostile("it says that it could not be confined", "os._exit(71)\n", ends="crash: exit status 71"),
    Hostile(
        "it says that it ended by the signal of those that could not be confined",
        "os._exit(128 + 10)\n",
        ends="crash: exit status 138",
    ),
    Hostile("it leaves by the kernel's door", "libc._exit(0)\n", ends="crash: exit status 0"),
    Hostile(
        "a thread leaves for all",
        "import threading\nthreading.Thread(target=os._exit, args=(5,)).start()\nwhile True:\n    pass\n",
        ends="crash: exit status 5",
    ),
    Hostile("a page that is not there", "ctypes.string_at(0)\n", ends=_FAULTS),
    Hostile(
        "an end in haste",
        "os.abort()\n",
        ends=("crash: signal SIGSEGV", "crash: signal SIGABRT", "crash: signal SIGILL"),
    ),
    Hostile(
        "faults on purpose",
        "import faulthandler\nfaulthandler.enable(2)\nlibc.abort()\n",
        ends=("crash: signal SIGSEGV", "crash: exit status 1"),
    ),
    Hostile(
        "the number one becomes two, and a type something else, by writing into memory",
        "import sys\nctypes.memset(id(1) + 24, 2, 1)\nctypes.memset(id(int) + 16, 0xFF, 64)\nint()\n",
        prints=None,
        ends=None,
    ),
    Hostile(
        "the frames around it are looked into, cleared and changed",
        """
import sys
frame = sys._getframe()
while frame:
    for name in list(frame.f_locals):
        try:
            frame.f_locals[name] = None
        except Exception:
            pass
    try:
        frame.clear()
    except RuntimeError:
        pass
    frame = frame.f_back
"""
        + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "the code of the recorder's functions is replaced by another",
        """
import gc, types
gc.unfreeze()
def nothing(*_, **__):
    return None
for thing in gc.get_objects():
    if type(thing) is types.FunctionType and "/app/capture/" in thing.__code__.co_filename:
        try:
            thing.__code__ = nothing.__code__
        except ValueError:
            pass
"""
        + _GOES_ON,
        prints=None,
        ends=None,
    ),
    Hostile(
        "hooks of the end raise",
        """
import atexit, sys, threading
def bad(*_):
    raise SystemExit(5)
sys.excepthook = sys.unraisablehook = threading.excepthook = bad
atexit.register(bad)
threading.Thread(target=bad).start()
class Last:
    __del__ = bad
kept = Last()
print("on")
raise ValueError("first")
""",
        prints="on\n",
        ends="exception: ValueError: first",
    ),
    Hostile(
        "the recursion limit is one, and the threads change places all the time",
        "import sys\nsys.setswitchinterval(1e-9)\ntry:\n    sys.setrecursionlimit(1)\nexcept RecursionError:\n    print('refused')\n",
        prints="refused\n",
    ),
    Hostile(
        "generators are entered again while they run, and closed while they close",
        """
def bad():
    try:
        one.close()
    except ValueError:
        pass
    try:
        yield
    finally:
        yield
one = bad()
next(one)
try:
    one.close()
except RuntimeError as error:
    print(error)
def eternal():
    while True:
        try:
            yield
        except BaseException:
            pass
two = eternal()
next(two)
try:
    two.close()
except RuntimeError as error:
    print(error)
del two
""",
        prints="generator ignored GeneratorExit\n" * 2,
    ),
    Hostile(
        "the event loop is replaced by nonsense, closed while it runs, and run in itself",
        """
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    for attempt in (loop.close, loop.run_forever, lambda: asyncio.run(main())):
        try:
            attempt()
        except RuntimeError as error:
            print(error)
    loop._ready.append(None)
try:
    asyncio.run(main())
except AttributeError as error:
    print(type(error).__name__)
""",
        prints=None,
        ends=None,
    ),
    Hostile(
        "a loop that is stopped while all wait, and tasks that refuse to be cancelled",
        """
import asyncio
async def stubborn():
    while True:
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            pass
asyncio.run(asyncio.wait_for(stubborn(), 1))
""",
        ends=("step limit", "cpu limit", "time limit"),
        seconds=WAITS,
    ),
    Hostile(
        "everybody waits for what will never be",
        "import asyncio\nasync def main():\n    await asyncio.get_running_loop().create_future()\nasyncio.run(main())\n",
        ends="deadlock",
    ),
    Hostile(
        "a thread that goes on when the module has ended, and spoils what it can",
        """
import gc, threading
def spoil():
    while True:
        for thing in gc.get_objects():
            if type(thing).__name__ in ("Recorder", "Journal", "Delegation"):
                for name in dir(thing):
                    try:
                        setattr(thing, name, -1)
                    except Exception:
                        pass
gc.unfreeze()
threading.Thread(target=spoil, daemon=True).start()
"""
        + _GOES_ON * 3,
        prints=None,
        ends=None,
    ),
)
