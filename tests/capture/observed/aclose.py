import asyncio


async def gen():
    yield 1


async def fin():
    try:
        yield 1
    except ValueError:
        yield 5
    finally:
        await asyncio.sleep(0)


class L:
    def __await__(self):
        return iter([])


async def main():
    g = gen()
    await g.__anext__()
    await g.aclose()
    print("--")
    h = fin()
    await anext(h)
    await h.athrow(ValueError("v"))
    await h.aclose()
    print("-- never started")
    k = gen()
    await k.aclose()
    print("-- default")
    await anext(gen(), 3)
    print("-- L")
    await L()


c = main()
while True:
    try:
        c.send(None)
    except StopIteration:
        break
