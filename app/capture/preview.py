"""Previews of values: short texts that are made without running any code of the snippet.

Only objects whose exact type is a builtin are looked into; everything else is named by its
type. No `__repr__`, `__str__`, `__getattr__` or metaclass of the snippet is ever called, so a
preview has no effect, cannot fail and always ends.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from types import (
    AsyncGeneratorType,
    BuiltinFunctionType,
    CoroutineType,
    FunctionType,
    GeneratorType,
    MethodType,
    ModuleType,
)
from typing import Any, Final

LONGEST: Final = 200
"""Characters of a preview."""

_DEEPEST: Final = 3
_ITEMS: Final = 20
_COMMON: Final = 1 << 30
_LONGEST_INT_BITS: Final = 600
_PLAIN: Final = frozenset({bool, type(None), float, complex, range, type(...), type(NotImplemented)})
class_name: Final[Callable[[type], str]] = vars(type)["__name__"].__get__
"""The name of a class, past any metaclass."""

_namespace: Final[Callable[[type], Mapping[str, Any]]] = vars(type)["__dict__"].__get__
_flags: Final[Callable[[type], int]] = vars(type)["__flags__"].__get__
_HEAP_TYPE: Final = 1 << 9
_SCALARS: Final = frozenset({str, bytes, int, float, bool, type(None)})
exception_args: Final[Callable[[BaseException], tuple[object, ...]]] = vars(BaseException)["args"].__get__

type Naming = Callable[[object], str | None]
"""Names the objects that are actors of the trace, such as `Future-1`."""


def qualified_name(kind: type) -> str:
    """What Python calls a class in a traceback."""
    module, name = _module_name(kind), _qualified_name(kind)
    return name if module in ("builtins", "__main__") else f"{module}.{name}"


_module_name: Final[Callable[[type], str]] = vars(type)["__module__"].__get__
_qualified_name: Final[Callable[[type], str]] = vars(type)["__qualname__"].__get__


def type_name(value: object) -> str:
    """The name of a value's type, past any metaclass."""
    return class_name(type(value))


def preview(value: object, naming: Naming = lambda value: None) -> str:
    """The text shown for a value, at most `LONGEST` characters."""
    if value is None:
        return "None"
    if type(value) is int:
        return f"{value}" if -_COMMON < value < _COMMON else _int(value)
    return shortened(_text(value, naming, _DEEPEST, ()))


def shortened(text: str) -> str:
    """A text cut to `LONGEST` characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def message(error: BaseException) -> str:
    """What an exception says: what `str` gives, where that runs no code of the snippet."""
    kind = type(error)
    args = exception_args(error)
    speaker = next(cls for cls in type.mro(kind) if "__str__" in _namespace(cls))
    if not _is_made_in_python(speaker) and all(type(argument) in _SCALARS for argument in args):
        return shortened(_namespace(speaker)["__str__"](error))
    if issubclass(kind, BaseExceptionGroup) and type(args[0]) is str:
        count = len(error.exceptions)  # type: ignore[attr-defined]
        return shortened(f"{args[0]} ({count} sub-exception{'s' * (count != 1)})")
    if _is_made_in_python(speaker):
        # Its own text is known to nobody who does not run its code.
        return ""
    return ", ".join(preview(argument) for argument in args[:_ITEMS])


def _is_made_in_python(cls: type) -> bool:
    return bool(_flags(cls) & _HEAP_TYPE)


def _text(value: object, naming: Naming, depth: int, within: tuple[int, ...]) -> str:
    kind = type(value)
    if kind in _PLAIN:
        return repr(value)
    if kind is int:
        return _int(value)
    if kind in (str, bytes, bytearray):
        return repr(value[:LONGEST])  # type: ignore[index]
    if id(value) in within:
        return "..."
    if kind in _CONTAINERS:
        if depth == 0:
            return "..."
        return _CONTAINERS[kind](value, lambda item: _text(item, naming, depth - 1, (*within, id(value))))
    name = naming(value)
    if name is not None:
        return name
    if issubclass(kind, BaseException):
        arguments = exception_args(value)[:_ITEMS]  # type: ignore[arg-type]
        shown = (_text(argument, naming, max(depth - 1, 0), within) for argument in arguments)
        return f"{type_name(value)}({', '.join(shown)})"
    if kind is MethodType:
        return "..." if depth == 0 else _text(_function_of(value), naming, depth - 1, within)
    describe = _NAMED.get(kind)
    if describe is not None:
        return describe(value)
    if issubclass(kind, type):
        return f"<class {class_name(value)}>"  # type: ignore[arg-type]
    return f"<{type_name(value)} object>"


def _int(value: Any) -> str:
    # `repr` of a huge int takes quadratic time, and is refused beyond 4300 digits.
    bits = value.bit_length()
    return repr(value) if bits <= _LONGEST_INT_BITS else f"<int of {bits} bits>"


type _Show = Callable[[object], str]


def _first(items: Iterable[object], count: int, show: _Show) -> Iterator[str]:
    yield from map(show, islice(items, _ITEMS))
    if count > _ITEMS:
        yield "…"


def _joined(opening: str, closing: str) -> Callable[[Any, _Show], str]:
    return lambda value, show: opening + ", ".join(_first(value, len(value), show)) + closing


def _tuple(value: Any, show: _Show) -> str:
    return f"({show(value[0])},)" if len(value) == 1 else f"({', '.join(_first(value, len(value), show))})"


def _dict(value: Any, show: _Show) -> str:
    pairs = (f"{show(key)}: {show(item)}" for key, item in islice(value.items(), _ITEMS))
    return "{" + ", ".join([*pairs, *(["…"] if len(value) > _ITEMS else [])]) + "}"


def _builtin_name(function: Any) -> str:
    # Its own __qualname__ would ask the class of what it is bound to.
    owner = function.__self__
    if owner is None or type(owner) is ModuleType:
        return str(function.__name__)
    return f"{class_name(owner if issubclass(type(owner), type) else type(owner))}.{function.__name__}"


_function_of: Final[Callable[[object], object]] = vars(MethodType)["__func__"].__get__

_CONTAINERS: Final[Mapping[type, Callable[[Any, _Show], str]]] = {
    list: _joined("[", "]"),
    tuple: _tuple,
    dict: _dict,
    set: lambda value, show: _joined("{", "}")(value, show) if value else "set()",
    frozenset: lambda value, show: _joined("frozenset({", "})")(value, show) if value else "frozenset()",
    deque: _joined("deque([", "])"),
}

_NAMED: Final[Mapping[type, Callable[[Any], str]]] = {
    GeneratorType: lambda value: f"{value.gi_code.co_qualname}()",
    CoroutineType: lambda value: f"{value.cr_code.co_qualname}()",
    AsyncGeneratorType: lambda value: f"{value.ag_code.co_qualname}()",
    FunctionType: lambda value: value.__code__.co_qualname,
    BuiltinFunctionType: _builtin_name,
    ModuleType: lambda value: "<module>",
}
