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

PROGRAMS = {"generator chain, depth 6": GENERATOR_CHAIN, "20 tasks of nested awaits": NESTED_AWAITS}
