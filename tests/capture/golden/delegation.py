def leaf():
    try:
        got = yield 1
        yield got
    except KeyError:
        yield "caught"
    finally:
        print("leaf ends")
    return "leaf's"


def middle():
    result = yield from leaf()
    yield from [result]
    yield from range(1)


def root():
    yield from middle()


g = root()
next(g)
g.send("down")
g.throw(KeyError("k"))
for value in g:
    print(value)

g = root()
next(g)
g.close()

g = root()
next(g)
del g
