import atexit, sys

atexit.register(print, "bye")
sys.excepthook = lambda *a: print("hook", a[0])


def g():
    try:
        yield 1
    finally:
        print("fin g")


def h():
    try:
        yield 1
    finally:
        print("fin h")


class D:
    def __del__(self):
        print("del D")


b = h()
next(b)
a = g()
next(a)
d = D()
print("end")
1 / 0
