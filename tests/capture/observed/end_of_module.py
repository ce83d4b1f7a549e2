def helper():
    print("helper")


def g():
    try:
        yield
    finally:
        helper()


x = g()
next(x)
import sys


def late():
    try:
        yield
    finally:
        print("late", sys is not None, helper.__name__)


y = late()
next(y)
