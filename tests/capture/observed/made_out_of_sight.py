class C:
    def __iter__(self):
        yield 1
        yield 2


for i in range(3):
    for x in C():
        print(i, x)
        break
