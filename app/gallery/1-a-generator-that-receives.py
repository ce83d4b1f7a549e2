# A generator that receives
#
# What does `yield` give to its own frame, and where does the value of `return` go?
#
# `next()` and `send()` resume the frame, and what was sent becomes the value of its `yield`
# expression, which is `None` for `next()`. The value of `return` travels in the `StopIteration`
# that tells the caller that the generator is finished.

def accountant():
    balance = 0
    while True:
        amount = yield balance
        if amount is None:
            return f"closed with {balance}"
        balance += amount

books = accountant()
print(next(books))
print(books.send(20))
print(books.send(-5))
try:
    next(books)
except StopIteration as stop:
    print(stop.value)
