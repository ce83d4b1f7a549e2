import asyncio
import types


class Twice:
    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        result = yield from asyncio.sleep(0, "twice").__await__()
        return result


@types.coroutine
def bare():
    yield
    return "bare"


async def in_time():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(1, future.set_result, "in time")
    return await future


async def main():
    print(await Twice())
    print(await bare())
    print(await in_time())
    print(await asyncio.ensure_future(in_time()))


asyncio.run(main())
