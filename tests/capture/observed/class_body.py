def f():
    return 3


class A:
    x = 1

    y = f()
    print("in body")
    g = (i for i in range(2))
    z = next(g)
