import asyncio


async def producer(queue):
    for item in range(3):
        await queue.put(item)
    await queue.put(None)


async def consumer(queue, lock):
    while (item := await queue.get()) is not None:
        async with lock:
            await asyncio.sleep(1)
            print(item)


async def main():
    queue, lock = asyncio.Queue(maxsize=1), asyncio.Lock()
    async with lock:
        work = asyncio.gather(producer(queue), consumer(queue, lock))
        await asyncio.sleep(1)
    await work
    ready = asyncio.Event()
    asyncio.get_running_loop().call_later(1, ready.set)
    await ready.wait()


asyncio.run(main())
