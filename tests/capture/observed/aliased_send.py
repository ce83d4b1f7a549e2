def g():
    x = yield 1
    print(x)
    yield 2


n = next
it = g()
n(it)
it.__next__()
it = g()
m = it.send
m(None)
m("v")


def deleg():
    yield from g()


it = deleg()
it.send(None)
type(it).send(it, 5)


class S:
    def __iter__(self):
        return self

    def __next__(self):
        return 0

    def send(self, v):
        print("S.send", v)
        return v


def dd():
    yield from S()


d = dd()
next(d)
z = d.send
z(7)
a, b = g(), 3
x, y = g()
