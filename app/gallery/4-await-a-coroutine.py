# await coroutine()
#
# What does `await` do with a coroutine: does it start something that runs on its own?
#
# No: `await` delegates, as `yield from` does, so the coroutine runs as a part of the task that
# awaits it and none of its body runs before that. Tea and toast are made one after the other, and
# breakfast is ready after 2 + 1 seconds.

import asyncio

async def tea():
    await asyncio.sleep(2)
    return "tea"

async def toast():
    await asyncio.sleep(1)
    return "toast"

async def main():
    t = tea()
    a = await toast()
    b = await t
    print(a, b)

asyncio.run(main())
