def f():
    print("loading", end="")


def g():
    f()
    yield 1
    print("...", end="", flush=True)
    yield 2
    print("done")


for x in g():
    pass
print("tail", end="")
