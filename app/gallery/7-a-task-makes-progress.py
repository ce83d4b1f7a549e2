# A task makes progress while its maker waits
#
# When does a task run: at once, when it is awaited, or somewhere in between?
#
# Making a task only puts its first step into the ready queue, and its maker runs on until it
# waits for something itself. From then on the event loop gives the task a turn whenever what it
# waits for is done, and the `await` at the end finds it finished.

import asyncio


async def count(name, pause):
    for number in range(1, 4):
        print(name, number)
        await asyncio.sleep(pause)
    return name


async def main():
    task = asyncio.create_task(count("task", 1))
    print("the task is made, but has not run")
    await count("main", 2)
    print("task is done:", task.done())
    print(await task)


asyncio.run(main())
