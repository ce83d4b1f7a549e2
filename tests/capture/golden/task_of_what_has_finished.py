import asyncio


async def work():
    return 1


async def main():
    coroutine = work()
    late, cancelled = asyncio.create_task(coroutine), asyncio.create_task(coroutine)
    cancelled.cancel()
    await coroutine
    for task in late, cancelled, asyncio.eager_task_factory(asyncio.get_running_loop(), coroutine):
        try:
            await task
        except RuntimeError as error:
            print(error)


asyncio.run(main())
