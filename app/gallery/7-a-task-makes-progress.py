# A task makes progress while its maker waits
#
# When does a task run: at once, when it is awaited, or somewhere in between?
#
# Making a task only puts its first step into the ready queue, and its maker runs on until it
# waits for something itself. From then on the event loop gives the task a turn whenever what it
# waits for is done, and the `await` at the end finds it finished.

import asyncio

async def boil():
    for degrees in (20, 60, 100):
        print("water at", degrees)
        await asyncio.sleep(1)
    return "hot water"

async def main():
    kettle = asyncio.create_task(boil())
    print("the kettle is on")
    await asyncio.sleep(4)
    print("now for the tea")
    print(await kettle)

asyncio.run(main())
