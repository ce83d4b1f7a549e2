def talk():
    heard = "nothing"
    while heard:
        try:
            heard = yield heard
        except ValueError as error:
            heard = error.args[0]
    return "bye"


g = talk()
print(next(g))
print(g.send("hello"))
print(g.throw(ValueError("oops")))
try:
    g.send("")
except StopIteration as stop:
    print(stop.value)

g = talk()
next(g)
g.close()
talk().close()
