def g():
    while True:
        x = yield
        print("got", x)


class Chan:
    def __init__(self):
        self.g = g()
        next(self.g)

    def send(self, v):
        args = (v * 2,)
        return self.g.send(*args)


c = Chan()
c.send(21)
