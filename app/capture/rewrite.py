"""The rewrite of a snippet's syntax tree, for the facts that no monitor reports.

Each expression that may make an object or receive a value is wrapped in a call of a hook, which
returns what it is given:

    f(x)            made(f(x))                          the object a call created
    (x for x in y)  made((x for x in y))
    yield v         received((yield v))                 the value a yield receives
    yield v         received((yield given(v)))          in an async generator, whose yields are boxed
    (x async for y) (given(x) async for y)              likewise
    for y in x:     for y in iterating(x):          what a loop iterates over
    yield from x    delegated((yield from delegating(x)))
    await x         delegated(await awaiting(x))
    g.send(v)       made(g.send(sending(v)))            the value, also where no yield receives it
    g.throw(e)      made(g.throw(sending(e)))           the exception, also where it does not arrive

The hooks are found under names that cannot be spelled in source, in the builtins. Every node keeps
its position, so that tracebacks and their carets stay right.
"""

import ast
import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FILENAME: Final = "snippet.py"

type Position = tuple[int, int, int, int]
"""line, column, end line, end column, as `ast` and `co_positions` give them."""

CALLS_THAT_ENTER: Final[Mapping[str, str]] = {
    "next": "next",
    "__next__": "next",
    "send": "send",
    "throw": "throw",
    "close": "close",
    "anext": "next",
    "__anext__": "next",
    "asend": "send",
    "athrow": "throw",
    "aclose": "close",
}
"""How a call of this name enters a generator, in the words of the trace."""


HOOKS: Final = ("made", "received", "given", "sending", "iterating", "delegating", "awaiting", "delegated")
"""What the rewritten snippet calls. Each returns its one argument."""

type Hook = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class CallSites:
    """What the syntax tells of the calls of a snippet, by position."""

    entering: dict[Position, str] = field(default_factory=dict)
    """How a call enters a generator, by the name of what it calls."""

    asking: set[Position] = field(default_factory=set)
    """The calls that may ask a generator for anything: those of these names, and those of no attribute."""


def install(hooks: Mapping[str, Hook]) -> None:
    """Put the hooks where rewritten code finds them."""
    for name in HOOKS:
        setattr(builtins, _spelled(name), hooks[name])


def disarm() -> None:
    """Leave hooks that do nothing, for code that is still running."""
    install(dict.fromkeys(HOOKS, lambda value: value))


def _spelled(hook: str) -> str:
    return f"<yieldscope {hook}>"


def rewrite(tree: ast.Module) -> tuple[ast.Module, CallSites]:
    """The tree with its hooks, and what it tells of its calls."""
    rewriter = _Rewriter()
    rewritten: ast.Module = rewriter.visit(tree)
    return rewritten, rewriter.sites


class _Rewriter(ast.NodeTransformer):
    def __init__(self) -> None:
        self.sites: Final = CallSites()
        self._in_async_function = False

    def _hooked(self, hook: str, node: ast.expr) -> ast.Call:
        name = ast.copy_location(ast.Name(_spelled(hook), ast.Load()), node)
        return ast.copy_location(ast.Call(name, [node], []), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
        via = CALLS_THAT_ENTER.get(name) if name else None
        if via:
            self.sites.entering[_position(node)] = via
        if via or not isinstance(function, ast.Attribute):
            self.sites.asking.add(_position(node))
        self.generic_visit(node)
        if via in ("send", "throw") and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
            node.args = [self._hooked("sending", node.args[0])]
        return self._hooked("made", node)

    def visit_With(self, node: ast.With) -> ast.AST:
        # `__exit__` is called at the position of the context expression; until 3.13, of the statement.
        places: list[ast.expr | ast.stmt] = [node, *(item.context_expr for item in node.items)]
        for place in places:
            self.sites.entering.setdefault(_position(place), "with")
        return self.generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        node.iter = self._hooked("iterating", node.iter)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self._comprehension(node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> ast.AST:
        self.generic_visit(node)
        for part in node.generators:
            if not part.is_async:
                part.iter = self._hooked("iterating", part.iter)
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
        is_async = _is_async(node)
        self.generic_visit(node)
        if is_async:
            node.elt = self._hooked("given", node.elt)
        return self._hooked("made", node)

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        self.generic_visit(node)
        if self._in_async_function:
            value = node.value or ast.copy_location(ast.Constant(None), node)
            node.value = self._hooked("given", value)
        return self._hooked("received", node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.expr:
        return self._delegation(node, "delegating")

    def visit_Await(self, node: ast.Await) -> ast.expr:
        return self._delegation(node, "awaiting")

    def _delegation(self, node: ast.YieldFrom | ast.Await, hook: str) -> ast.expr:
        self.generic_visit(node)
        node.value = self._hooked(hook, node.value)
        return self._hooked("delegated", node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node, is_async=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node, is_async=True)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return self._function(node, is_async=False)

    def _function(self, node: ast.AST, *, is_async: bool) -> ast.AST:
        outer, self._in_async_function = self._in_async_function, is_async
        self.generic_visit(node)
        self._in_async_function = outer
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for name in node._fields:
            # Annotations may be kept as text (PEP 563), where a hook would show.
            if name in _ANNOTATIONS:
                continue
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
            elif isinstance(value, list):
                value[:] = [self.visit(each) if isinstance(each, ast.AST) else each for each in value]
        return node


_ANNOTATIONS: Final = frozenset({"annotation", "returns"})


def _is_async(node: ast.GeneratorExp) -> bool:
    """Whether a generator expression makes an async generator (PEP 530)."""
    awaits = any(isinstance(inner, ast.Await) for part in (node.elt, *node.generators) for inner in ast.walk(part))
    return awaits or any(part.is_async for part in node.generators)


def _position(node: ast.expr | ast.stmt) -> Position:
    return (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
