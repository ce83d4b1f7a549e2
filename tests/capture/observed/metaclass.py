class Meta(type):
    def __getattribute__(cls, name):
        if name == "__qualname__":
            print("META RUN")
            return 5
        return super().__getattribute__(name)


class L(list, metaclass=Meta):
    pass


def g():
    yield L().append


for x in g():
    print("ok")
