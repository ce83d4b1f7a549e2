# time.sleep starves the loop
#
# Why does one call of `time.sleep()` make every other task late?
#
# `time.sleep()` does not yield, so control never gets back to the event loop while it lasts, and
# no other task can take a step. The clock was to tick every second; its second tick comes three
# seconds late.

import asyncio
import time

async def clock():
    for second in range(3):
        print("tick", second)
        await asyncio.sleep(1)

async def main():
    ticking = asyncio.create_task(clock())
    await asyncio.sleep(0)
    time.sleep(4)
    print("main has slept")
    await ticking

asyncio.run(main())
