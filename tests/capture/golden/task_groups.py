import asyncio


async def fails(delay):
    await asyncio.sleep(delay)
    raise ValueError("too bad")


async def waits():
    try:
        await asyncio.sleep(9)
    finally:
        print("cleaned up")


async def main():
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(waits(), name="waits")
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fails(1), name="fails")
    except* ValueError as group:
        print(group.exceptions)
    try:
        async with asyncio.timeout(1):
            await waits()
    except TimeoutError:
        print("timeout")
    shielded = asyncio.create_task(asyncio.sleep(1, "kept"), name="shielded")
    try:
        await asyncio.wait_for(asyncio.shield(shielded), 0.5)
    except TimeoutError:
        print(await shielded)


asyncio.run(main())
