# A coroutine that is never awaited
#
# Why does calling a coroutine function without `await` do nothing?
#
# The call only makes a coroutine object: no line of its body runs until somebody awaits it or
# makes a task of it. Here nobody does, so the message is never sent, and Python warns when it
# throws the object away.

import asyncio

async def send_message(text):
    print("sending", text)
    await asyncio.sleep(1)
    print("sent", text)

async def main():
    send_message("hello")
    await send_message("goodbye")

asyncio.run(main())
