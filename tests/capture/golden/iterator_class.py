class Countdown:
    def __init__(self, start):
        self.left = start

    def __iter__(self):
        return self

    def __next__(self):
        if not self.left:
            raise StopIteration("liftoff")
        self.left -= 1
        return self.left

    def send(self, value):
        return f"heard {value}"


class Broken:
    def __iter__(self):
        return self

    def __next__(self):
        raise ValueError("broken")


def launch():
    print((yield from Countdown(2)))
    try:
        yield from Broken()
    except ValueError as error:
        print(error)


g = launch()
next(g)
g.send("a word")
print(list(g))
