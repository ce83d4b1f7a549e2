"""What is in the ready queue when main is done runs beside asyncio's own last tasks, which take numbers."""

import asyncio


async def worker():
    await asyncio.sleep(1)
    await asyncio.sleep(0)
    return asyncio.current_task().get_name()


async def main():
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(worker())
    task.add_done_callback(lambda task: print("done callback:", task.result()))
    await asyncio.sleep(1)
    loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(print, "late")))
    loop.call_later(0, print, "due")
    loop.call_later(1, print, "never due")


async def leaves():
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: print(context["message"]))
    raise SystemExit(3)


def factory(loop, coroutine, **options):
    print("a task for", coroutine.__name__)
    return asyncio.Task(coroutine, loop=loop, **options)


async def makes():
    asyncio.get_running_loop().set_task_factory(factory)
    print(asyncio.current_task().get_name())


asyncio.run(main())
asyncio.run(main())
try:
    asyncio.run(leaves())
except SystemExit as error:
    print("exit", error.code)
asyncio.run(makes())
asyncio.run(makes())
