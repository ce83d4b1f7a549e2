# yield from, three levels deep
#
# How does a value travel when a generator delegates to a generator that delegates again?
#
# Every `send()` goes into the outermost generator and is handed down link by link to the innermost
# one, and what that one yields is passed up the same way, untouched. A `return` ends one link only:
# its value becomes the value of the `yield from` above it.

def reader():
    first = yield "reader: a word?"
    second = yield "reader: and another?"
    return first + second

def editor():
    text = yield from reader()
    return text.upper()

def publisher():
    title = yield from editor()
    print("published:", title)

book = publisher()
print(next(book))
print(book.send("co"))
try:
    book.send("routine")
except StopIteration:
    print("publisher is finished")
