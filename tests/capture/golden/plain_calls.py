def squares(numbers):
    return sum(square(number) for number in numbers)


def square(number, *, power=2):
    return number**power


def fails():
    raise LookupError("nothing there")


print(squares([1, 2]))
try:
    fails()
except LookupError:
    print("no", "such", "thing", sep="\n", end="")
