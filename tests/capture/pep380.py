"""The yardstick of truth: PEP 380's expansion of `yield from`, run without any tracer.

`expanded` replaces each `yield from` of a program by the expansion that PEP 380 gives as its
formal semantics, and `told` runs the result and logs what the expansion calls and gets, and what
the program's own calls of `next`, `send`, `throw` and `close` do. The recorder has no part in it.
"""

import ast
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.capture.probes import Log, Told

# PEP 380, "Formal semantics". throw() is called with the exception alone: its three-argument form
# is deprecated since 3.12. That a method is missing leaves no trace in the exception (`getattr`), and
# when the delegation is over the subiterator is let go of, as in the interpreter.
_EXPANSION = """
try:
    _i = SUBITERATOR
    try:
        _y = next(_i)
    except StopIteration as _e:
        _r = _e.value
    else:
        while 1:
            try:
                _s = yield _y
            except GeneratorExit as _e:
                _m = getattr(_i, "close", None)
                if _m is not None:
                    _m()
                raise _e
            except BaseException as _e:
                _m = getattr(_i, "throw", None)
                if _m is None:
                    raise _e
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
finally:
    _i = _m = None
"""

# What drives its arguments in C.
_MADE_IN_C = ("chain", "map", "zip", "enumerate", "islice")


def told(source: str) -> Told:
    """What the expansion, and the program itself, call and get, and print, when the program is run."""
    log = Log()
    names = {"subiterator": log.subiterator, "driven": log.driven, "reached": log.reached}
    return log.run(expanded(source, Expander()), names)


def expanded(source: str, expander: "Expander") -> str:
    """A program in which `yield from EXPR` is expanded where it is a statement, a return value, or
    what is assigned; and in which probes stand before all that the program drives."""
    return ast.unparse(ast.fix_missing_locations(expander.visit(ast.parse(source))))


class Expander(ast.NodeTransformer):
    """Expands a program."""

    def __init__(self) -> None:
        self._within: list[str] = []
        self._numbers = itertools.count()
        # Who drives what is iterated over in C, and how.
        self._driver = ("", "")

    @property
    def user(self) -> str:
        """The function whose body is being expanded."""
        return ".".join(self._within) or "<module>"

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return self.definition(node, node.name)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.definition(node, node.name)

    def definition(self, node: ast.AST, name: str) -> ast.AST:
        """Expand what is defined under a name."""
        self._within.append(name)
        self.generic_visit(node)
        self._within.pop()
        return node

    # -- delegation --------------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> Any:
        return self._statement(node, node.value, lambda result: ast.Assign(node.targets, result))

    def visit_Return(self, node: ast.Return) -> Any:
        return self._statement(node, node.value, ast.Return)

    def visit_Expr(self, node: ast.Expr) -> Any:
        return self._statement(node, node.value, ast.Expr)

    def _statement(self, node: ast.stmt, value: ast.expr | None, using: Callable[[ast.expr], ast.stmt]) -> Any:
        subiterator = self.subiterator(value)
        if subiterator is None:
            return self.generic_visit(node)
        statements, names = self.filled(_EXPANSION, {"SUBITERATOR": subiterator})
        return [*statements, using(names["_r"])]

    def subiterator(self, value: ast.expr | None) -> ast.expr | None:
        """What gives the subiterator of a delegation; None where the value is no delegation."""
        if not isinstance(value, ast.YieldFrom):
            return None
        return called("subiterator", self.user, "yield from", called("iter", self.delegated(value.value)))

    def delegated(self, subject: ast.expr) -> ast.expr:
        """The subject of a delegation, which itself drives what it was made of in C."""
        return self._iterated(subject, ("", "iteration"))

    def filled(
        self, template: str, names: Mapping[str, ast.expr], block: Sequence[ast.stmt] = (), via: str = ""
    ) -> tuple[list[ast.stmt], Mapping[str, ast.expr]]:
        """The statements of a template with its capitals filled in, and its variables by name.

        `via` is how its own delegations are told of.
        """
        tree = ast.parse(template)
        for node in ast.walk(tree):
            if isinstance(node, ast.Await):
                vars(node)["via"] = via
        filler = _Filler(names, block, next(self._numbers))
        return filler.visit(tree).body, filler.variables

    # -- what is driven without delegation ---------------------------------------------------

    def visit_For(self, node: ast.For) -> ast.AST:
        subject = self._iterated(node.iter, (self.user, "for"))
        node.iter = ast.Constant(None)
        self.generic_visit(node)
        loop = (self.user, "for")
        node.iter = called("reached", *loop, called("iter", called("driven", *loop, subject)))
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        first = node.generators[0]
        self.generic_visit(node)
        user = "<genexpr>" if not self._within else f"{self.user}.<locals>.<genexpr>"
        first.iter = called("reached", user, "for", first.iter)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in ("send", "throw", "close"):
            function.value = called("driven", self.user, function.attr, function.value)
        elif isinstance(function, ast.Name) and function.id == "next":
            node.args = [called("driven", self.user, "next", *node.args)]
        elif isinstance(function, ast.Name) and function.id in _MADE_IN_C:
            user, via = self._driver
            node.args = [called("reached", user or function.id, via, argument) for argument in node.args]
        return node

    def _iterated(self, node: ast.expr, driver: tuple[str, str]) -> ast.expr:
        outer, self._driver = self._driver, driver
        visited: ast.expr = self.visit(node)
        self._driver = outer
        return visited


class _Filler(ast.NodeTransformer):
    """Fills in a template, and numbers its variables."""

    def __init__(self, names: Mapping[str, ast.expr], block: Sequence[ast.stmt], number: int) -> None:
        self._names = names
        self._block = block
        self._number = number
        self.variables: dict[str, ast.expr] = {}

    def visit_Expr(self, node: ast.Expr) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id == "BLOCK":
            return [*self._block]
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._names:
            return self._names[node.id]
        if not node.id.startswith("_"):
            return node
        numbered = f"{node.id}{self._number}"
        self.variables[node.id] = ast.Name(numbered, ast.Load())
        return ast.Name(numbered, node.ctx)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        node.name = node.name and f"{node.name}{self._number}"
        return self.generic_visit(node)


def called(function: str, *arguments: str | ast.expr) -> ast.Call:
    """A call; a text is an argument that is a text."""
    name = ast.Name(function, ast.Load())
    return ast.Call(name, [ast.Constant(each) if isinstance(each, str) else each for each in arguments], [])
