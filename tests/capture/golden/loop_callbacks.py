import asyncio


def report(future):
    print("done:", future.result())


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    future.add_done_callback(report)
    loop.call_soon(print, "soon")
    loop.call_later(0.5, future.set_result, "later")
    loop.call_later(9, print, "never").cancel()
    print(await future)
    doomed = loop.create_future()
    doomed.cancel()
    failed = loop.create_future()
    failed.set_exception(OSError(2, "no such file"))
    try:
        await failed
    except OSError as error:
        print(error)


asyncio.run(main())
