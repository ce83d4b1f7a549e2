from itertools import islice


def numbers():
    try:
        for number in range(3):
            yield number
    finally:
        print("closed")


def silent():
    yield 1
    yield 2


def take(iterator):
    result = yield from iterator
    print("after", result)


print(list(take(islice(numbers(), 2))))
print(list(take(islice(silent(), 1))))
