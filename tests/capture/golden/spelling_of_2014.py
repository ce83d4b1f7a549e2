import asyncio


@asyncio.coroutine
def some_coroutine():
    yield from asyncio.sleep(1)
    return "result"


@asyncio.coroutine
def main():
    res = yield from some_coroutine()
    res = yield from asyncio.Task(some_coroutine())
    print(res)


loop = asyncio.get_event_loop()
loop.run_until_complete(main())
