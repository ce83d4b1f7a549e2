"""The programs that are measured: ordinary snippets, with as many steps as a trace may have."""

GENERATOR_CHAIN = """
def chain(depth):
    if depth:
        yield from chain(depth - 1)
    else:
        for number in range(8_000):
            yield number

for number in chain(5):
    pass
"""
"""A chain of six generators: each value comes up, and each resume goes down, six links."""

NESTED_AWAITS = """
import asyncio

async def work(depth):
    if depth:
        return await work(depth - 1)
    for _ in range(150):
        await asyncio.sleep(0)
    return depth

async def main():
    await asyncio.gather(*(work(4) for _ in range(20)))

asyncio.run(main())
"""
"""Twenty tasks, each five coroutines deep, that take turns."""

PRODUCERS_AND_CONSUMERS = """
import asyncio

async def produce(queue, count):
    for number in range(count):
        await asyncio.sleep(0.0002)
        await queue.put(number)

async def consume(queue):
    while True:
        await queue.get()
        await asyncio.sleep(0.0001)
        queue.task_done()

async def main():
    queue = asyncio.Queue(maxsize=3)
    consumers = [asyncio.create_task(consume(queue)) for _ in range(3)]
    await asyncio.gather(*(produce(queue, 100) for _ in range(5)))
    await queue.join()
    for consumer in consumers:
        consumer.cancel()
    await asyncio.gather(*consumers, return_exceptions=True)

asyncio.run(main())
"""
"""What asyncio is used for: tasks that wait, for time and for each other."""

GROUPS_AND_TIMEOUTS = """
import asyncio

async def fetch(number):
    await asyncio.sleep(number % 7 / 10_000)
    return number * number

async def main():
    for _ in range(50):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(fetch(number)) for number in range(10)]
        assert sum(task.result() for task in tasks) == 285
        try:
            async with asyncio.timeout(0.0001):
                await fetch(6)
        except TimeoutError:
            pass

asyncio.run(main())
"""
"""Task groups of ten, and cancellation by timeouts."""

PROGRAMS = {
    "generator chain, depth 6": GENERATOR_CHAIN,
    "20 tasks of nested awaits": NESTED_AWAITS,
    "producers and consumers": PRODUCERS_AND_CONSUMERS,
    "task groups and timeouts": GROUPS_AND_TIMEOUTS,
}
