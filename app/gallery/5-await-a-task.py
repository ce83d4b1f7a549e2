# await Task(coroutine())
#
# What changes when the same coroutine is wrapped in a `Task`?
#
# A task is scheduled as soon as it is made, and the event loop runs it while its maker waits for
# something else. Tea draws while the toast is browning, and breakfast is ready after 2 seconds,
# not 2 + 1.

import asyncio

async def tea():
    await asyncio.sleep(2)
    return "tea"

async def toast():
    await asyncio.sleep(1)
    return "toast"

async def main():
    t = asyncio.Task(tea())
    a = await toast()
    b = await t
    print(a, b)

asyncio.run(main())
