"""Programs whose traces have to hold: what frames, event loops and their tasks may do, as snippets."""

from typing import Final

GENERATORS: Final = """
def numbers():
    try:
        received = yield "one"
        print("received", received)
        yield "two"
    except ValueError:
        yield "three"

def delegate():
    yield from numbers()
    return "done"

def twice(generator):
    return next(generator), next(generator)

print(twice(delegate()))
chain = delegate()
next(chain)
chain.send("hello")
print(chain.throw(ValueError("thrown")))
chain.close()
never = delegate()
"""
"""A chain of two generators, of which each is sent to, thrown into and closed."""

TASKS: Final = """
import asyncio

async def child(seconds):
    await asyncio.sleep(seconds)
    return seconds

async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "first")
    loop.call_soon(print, "second")
    loop.call_soon(print, "never").cancel()
    loop.call_later(1, print, "timers")
    await asyncio.sleep(0)
    slow, slower = asyncio.create_task(child(1)), asyncio.create_task(child(2))
    await slow
    slower.cancel()
    try:
        await slower
    except asyncio.CancelledError:
        print("cancelled")
    child(3)

asyncio.run(main())
"""
"""Tasks, timers and callbacks, one of each cancelled, and a coroutine that is never awaited."""

PLAIN: Final = """
import atexit, functools, itertools
from contextlib import contextmanager

@functools.cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

def permutations(word):
    if not word:
        yield ""
    for at, letter in enumerate(word):
        for rest in permutations(word[:at] + word[at + 1:]):
            yield letter + rest

def endless(n):
    yield from endless(n + 1)

def ignores():
    try:
        yield 1
    finally:
        yield 2

class Steps:
    def __init__(self, left):
        self.left = left
    def __iter__(self):
        return self
    def __next__(self):
        if not self.left:
            raise StopIteration("steps")
        self.left -= 1
        return self.left
    def throw(self, error):
        return "thrown"
    def __del__(self):
        next(kept)

@contextmanager
def room():
    try:
        yield "room"
    except KeyError:
        print("suppressed")

def delegate(subject):
    return (yield from subject)

kept = (number for number in itertools.count())
print(fibonacci(6), list(permutations("abc")), list(delegate(Steps(2))))
print(list(zip(permutations("ab"), itertools.chain(permutations("a"), delegate([1])))))
print(sorted([2, 1], key=lambda number: -number))
chain = delegate(delegate(Steps(3)))
print(next(chain), chain.throw(ValueError), next(chain))
chain.close()
with room():
    raise KeyError
for end in (lambda: list(endless(0)), lambda: next(delegate(delegate(1))), lambda: next(itself)):
    try:
        end()
    except (RecursionError, TypeError, ValueError) as error:
        print(type(error))
    itself = (next(itself) for _ in "x")
ignoring = ignores()
next(ignoring)
try:
    ignoring.close()
except RuntimeError as error:
    print(error)
del ignoring
for number in permutations("ab"):
    break
atexit.register(lambda: print(next(delegate(permutations("a")))))
"""
"""Calls, recursion, iterators of one's own, finalizers, and the end of the module."""

LOOPS: Final = """
import asyncio

async def child(seconds):
    await asyncio.sleep(seconds)

first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
second.call_soon(print, "of the second")
first.call_soon(print, "of the first")
first.run_until_complete(child(1))
first.call_soon(print, "left over")
second.call_later(1, print, "never due")
second.run_until_complete(child(0))
first.run_until_complete(child(0))
second.call_soon(second.stop)
second.run_forever()
asyncio.run(child(1))
"""
"""Two event loops that take turns, and leave handles and timers behind."""

EAGER: Final = """
import asyncio

async def quick(value):
    return value

async def slow(value):
    await asyncio.sleep(1)
    return await asyncio.gather(quick(value), asyncio.create_task(quick(value)))

async def main():
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    print(await asyncio.gather(quick(1), slow(2)))
    async with asyncio.TaskGroup() as group:
        group.create_task(slow(3)).cancel()
        group.create_task(slow(4))

asyncio.run(main())
"""
"""Tasks that make their first step within the call that makes them."""

WAITING: Final = """
import asyncio

async def put(queue):
    for number in range(4):
        await queue.put(number)

async def get(queue):
    for number in range(4):
        print(await queue.get())
        await asyncio.sleep(0.1)

async def hold(lock, event):
    async with lock:
        await event.wait()

async def fail():
    raise KeyError("failed")

async def main():
    queue, lock, event = asyncio.Queue(1), asyncio.Lock(), asyncio.Event()
    await asyncio.gather(put(queue), get(queue))
    try:
        async with asyncio.timeout(0.1):
            await hold(lock, event)
    except TimeoutError:
        print("timeout")
    holding = [asyncio.create_task(hold(lock, event)) for _ in range(3)]
    done, pending = await asyncio.wait(holding, timeout=0.1)
    event.set()
    await asyncio.wait(pending)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(1))
            group.create_task(fail())
    except* KeyError:
        print("group")
    print(await asyncio.gather(fail(), asyncio.shield(asyncio.sleep(1)), return_exceptions=True))
    for future in asyncio.as_completed([asyncio.sleep(0.2, "later"), asyncio.sleep(0.1, "sooner")]):
        print(await future)

asyncio.run(main())
"""
"""What tasks wait for: queues, locks, events, timeouts, groups of tasks."""

THREADS: Final = """
import asyncio, threading

async def child():
    await asyncio.sleep(0.01)
    return "child"

async def main():
    loop = asyncio.get_running_loop()
    print(await asyncio.gather(*(asyncio.to_thread(len, "x" * size) for size in range(4))))
    done = loop.create_future()
    threading.Thread(target=loop.call_soon_threadsafe, args=(done.set_result, "done")).start()
    print(await done)
    settled = loop.create_future()
    waiting = asyncio.create_task(asyncio.wait_for(settled, 10))
    await asyncio.sleep(0)
    await asyncio.to_thread(settled.set_result, "settled elsewhere")
    print(await waiting)
    print(await asyncio.to_thread(asyncio.run, child()))

asyncio.run(main())
loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever)
thread.start()
print(asyncio.run_coroutine_threadsafe(child(), loop).result())
loop.call_soon_threadsafe(loop.stop)
thread.join()
"""
"""Threads that schedule, settle, and run event loops, which is not recorded."""

ASYNC_GENERATORS: Final = """
import asyncio
from contextlib import aclosing, asynccontextmanager

async def ticks():
    try:
        for number in range(3):
            await asyncio.sleep(1)
            yield number
    except ValueError:
        yield "caught"
    finally:
        await asyncio.sleep(1)

@asynccontextmanager
async def room():
    await asyncio.sleep(0)
    yield "room"

async def main():
    async for number in ticks():
        print(number)
    async for number in ticks():
        break
    async with aclosing(ticks()) as ticking, room():
        print(await anext(ticking), await ticking.asend(None), await ticking.athrow(ValueError))
    print([number async for number in ticks()])
    task = asyncio.create_task(anext(ticks()))
    await asyncio.sleep(0.5)
    task.cancel()

asyncio.run(main())
"""
"""Async generators that are iterated, thrown into, closed, and left behind."""

STAND_INS: Final = """
import asyncio

class Selector:
    def select(self, timeout):
        return []

class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Selector()
    def _process_events(self, events):
        pass
    def call_soon(self, callback, *args, context=None):
        return super().call_soon(callback, *args, context=context)

class Future(asyncio.Future):
    def add_done_callback(self, callback, *, context=None):
        super().add_done_callback(lambda future: callback(future), context=context)

class Task(asyncio.Task):
    def cancel(self, msg=None):
        print("cancel")
        return super().cancel(msg)

class LikeAFuture:
    _asyncio_future_blocking = False
    def __init__(self, loop):
        self.loop, self.callbacks = loop, []
    def get_loop(self):
        return self.loop
    def add_done_callback(self, callback, *, context=None):
        self.callbacks.append(callback)
    def done(self):
        for callback in self.callbacks:
            self.loop.call_soon(callback, self)
    def result(self):
        return "like a result"
    def __await__(self):
        self._asyncio_future_blocking = True
        yield self
        return self.result()

async def wait(future):
    return await future

async def main():
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, coroutine, **options: Task(coroutine, loop=loop, **options))
    loop.set_exception_handler(lambda loop, context: print(context["message"]))
    loop.call_soon(lambda: 1 / 0)
    future, alike = Future(loop=loop), LikeAFuture(loop)
    tasks = [asyncio.create_task(wait(future)), asyncio.create_task(wait(alike)), asyncio.create_task(wait(Future()))]
    await asyncio.sleep(0)
    future.set_result("result")
    alike.done()
    tasks[2].cancel()
    print(await asyncio.gather(*tasks, return_exceptions=True))

asyncio.run(main())
Loop().run_until_complete(main())
"""
"""What the snippet made in place of asyncio's own: a loop, futures, tasks, something like a future."""

PROGRAMS: Final = (GENERATORS, TASKS, PLAIN, LOOPS, EAGER, WAITING, THREADS, ASYNC_GENERATORS, STAND_INS)
