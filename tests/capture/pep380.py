"""The yardstick of truth: PEP 380's expansion of `yield from`, run without any tracer.

`expanded` replaces each `yield from` of a program by the expansion that PEP 380 gives as its
formal semantics, and `hops` runs the result and logs what the expansion calls and gets. The
recorder has no part in it.
"""

import ast
import copy
import inspect
import itertools
from collections.abc import Iterator
from types import GeneratorType
from typing import Any

type Hop = tuple[str, str, str, str | None]

# PEP 380, "Formal semantics". throw() is called with the exception alone: its three-argument form
# is deprecated since 3.12.
_EXPANSION = """
_i = probe(NAME, iter(EXPR))
try:
    _y = next(_i)
except StopIteration as _e:
    _r = _e.value
else:
    while 1:
        try:
            _s = yield _y
        except GeneratorExit as _e:
            try:
                _m = _i.close
            except AttributeError:
                pass
            else:
                _m()
            raise _e
        except BaseException as _e:
            try:
                _m = _i.throw
            except AttributeError:
                raise _e
            else:
                try:
                    _y = _m(_e)
                except StopIteration as _e:
                    _r = _e.value
                    break
        else:
            try:
                if _s is None:
                    _y = next(_i)
                else:
                    _y = _i.send(_s)
            except StopIteration as _e:
                _r = _e.value
                break
"""


def expanded(source: str) -> str:
    """A program in which each statement `yield from EXPR` or `x = yield from EXPR` is expanded."""
    return ast.unparse(_Expander().visit(ast.parse(source)))


def hops(source: str) -> list[Hop]:
    """What the expansion calls and gets, in order, when the program is run.

    The program calls `probe(name, iterator)` itself for what its driver drives. No iterator is
    finalized before the end: when that happens is no part of PEP 380.
    """
    log: list[Hop] = []
    numbers = Numbers()
    kept: list[Iterator[Any]] = []

    def probe(user: str, iterator: Iterator[Any]) -> Probe:
        kept.append(iterator)
        return Probe(log, numbers, user, iterator)

    exec(compile(expanded(source), "expanded.py", "exec"), {"probe": probe})
    return log.copy()


class _Expander(ast.NodeTransformer):
    def __init__(self) -> None:
        self._function = ""
        self._numbers = itertools.count()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self._function = self._function, node.name
        self.generic_visit(node)
        self._function = outer
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        if not isinstance(node.value, ast.YieldFrom):
            return self.generic_visit(node)
        statements, result = self._expansion(node.value)
        return [*statements, ast.Assign(node.targets, result, lineno=node.lineno)]

    def visit_Expr(self, node: ast.Expr) -> Any:
        return self._expansion(node.value)[0] if isinstance(node.value, ast.YieldFrom) else self.generic_visit(node)

    def _expansion(self, node: ast.YieldFrom) -> tuple[list[ast.stmt], ast.expr]:
        number = next(self._numbers)
        tree = ast.parse(_EXPANSION)
        for name in ast.walk(tree):
            if isinstance(name, ast.Name) and name.id.startswith("_"):
                name.id += str(number)
            elif isinstance(name, ast.ExceptHandler) and name.name:
                name.name += str(number)
            elif isinstance(name, ast.Call):
                name.args = [self._filled(argument, node) for argument in name.args]
        return tree.body, ast.Name(f"_r{number}", ast.Load())

    def _filled(self, argument: ast.expr, node: ast.YieldFrom) -> ast.expr:
        if isinstance(argument, ast.Name) and argument.id == "EXPR":
            return copy.deepcopy(node.value)
        if isinstance(argument, ast.Name) and argument.id == "NAME":
            return ast.Constant(self._function)
        return argument


class Numbers:
    """Tells apart iterators of one name, by their first hop."""

    def __init__(self) -> None:
        self._found: dict[str, list[int]] = {}

    def name(self, name: str, identity: int) -> str:
        """The name with a number."""
        found = self._found.setdefault(name, [])
        if identity not in found:
            found.append(identity)
        return f"{name} #{found.index(identity)}"


class Probe:
    """Stands before an iterator, and logs what its user calls and gets.

    It has `send`, `throw` and `close` exactly where the iterator has them.
    """

    def __init__(self, log: list[Hop], numbers: "Numbers", user: str, iterator: Iterator[Any]) -> None:
        self._log = log
        self._numbers = numbers
        self._user = user
        self._iterator = iterator

    def __iter__(self) -> "Probe":
        return self

    def __next__(self) -> Any:
        return self._called("send", lambda: next(self._iterator), None)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._iterator, name)
        if name == "send":
            return lambda value: self._called("send", lambda: method(value), value)
        if name == "throw":
            return lambda error: self._called("throw", lambda: method(error), error)
        if name == "close":
            return self._close
        return method

    @property
    def _name(self) -> str:
        iterator = self._iterator
        return self._numbers.name(getattr(iterator, "__qualname__", type(iterator).__name__), id(iterator))

    def _close(self) -> None:
        """PEP 342: close() throws GeneratorExit, and takes that or a return for an answer."""
        if not self._can_be_entered(None):
            return
        self._log.append(("close", self._user, self._name, None))
        if not isinstance(self._iterator, GeneratorType):
            self._close_object(self._iterator)
            return
        try:
            value = self._iterator.throw(GeneratorExit())
        except GeneratorExit as error:
            self._answered("raise", error)
        except StopIteration as stop:
            self._answered("return", stop.value)
        except BaseException as error:
            self._answered("raise", error)
            raise
        else:
            self._answered("yield", value)
            raise RuntimeError("generator ignored GeneratorExit")

    def _close_object(self, iterator: Any) -> None:
        try:
            result = iterator.close()
        except BaseException as error:
            self._answered("raise", error)
            raise
        self._answered("return", result)

    def _called(self, kind: str, call: Any, value: Any) -> Any:
        if not self._can_be_entered(value if kind == "send" else None):
            return call()
        self._log.append((kind, self._user, self._name, repr(value)))
        try:
            result = call()
        except StopIteration as stop:
            self._answered("return", stop.value)
            raise
        except BaseException as error:
            self._answered("raise", error)
            raise
        self._answered("yield", result)
        return result

    def _answered(self, kind: str, value: Any) -> None:
        self._log.append((kind, self._name, self._user, repr(value)))

    def _can_be_entered(self, sent: Any) -> bool:
        """A generator that has finished, or is sent a value before it began, is never entered."""
        if not isinstance(self._iterator, GeneratorType):
            return True
        state = inspect.getgeneratorstate(self._iterator)
        return state != inspect.GEN_CLOSED and (state != inspect.GEN_CREATED or sent is None)
