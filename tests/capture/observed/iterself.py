def gen():
    try:
        yield 1
        yield 2
    finally:
        print("f")


class C:
    def __iter__(self):
        try:
            yield 1
            yield 2
        finally:
            print("fin")


for i in range(2):
    for x in C():
        break
