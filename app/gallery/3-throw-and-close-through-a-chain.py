# throw and close through a chain
#
# Which frame of a delegation chain gets the exception that is thrown into the outermost one?
#
# `throw()` goes down through every delegating generator and is raised at the `yield` that is
# suspended innermost, where it may be caught. `close()` raises `GeneratorExit` there, closes the
# chain from the inside out, and runs each `finally` on the way.

def tap():
    try:
        while True:
            try:
                yield "drip"
            except ValueError as error:
                print("fixed:", error)
    finally:
        print("tap closed")

def pipe():
    try:
        yield from tap()
    finally:
        print("pipe closed")

water = pipe()
print(next(water))
print(water.throw(ValueError("leak")))
water.close()
