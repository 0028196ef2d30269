"""What cannot be done with a pointer as if it were its value: each attempt says what to do."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NoReturn

from funsies.core.encoding import encoding_of_value
from funsies.core.errors import EncodingError, WiringError

_SHOWN_CHARACTERS: Final = 40
_LITERALS: Final = (bool, int, float, complex, str, bytes, slice, type(None))

_SYMBOLS: Final = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "matmul": "@",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "lshift": "<<",
    "rshift": ">>",
    "and": "&",
    "or": "|",
    "xor": "^",
}
_COMPARISONS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_SIGNS: Final = {"neg": "-", "pos": "+", "invert": "~"}
_FUNCTIONS: Final = ("abs", "int", "float", "complex", "bytes", "round", "len", "reversed")

_MISUSES: Final[dict[str, tuple[str, str]]] = {
    **{f"__{name}__": (f"used with {op}", f"value {op} {{}}") for name, op in _SYMBOLS.items()},
    **{
        f"__r{name}__": (f"used with {op}", f"{{}} {op} value") for name, op in _SYMBOLS.items()
    },
    **{
        f"__{name}__": (f"compared with {op}", f"value {op} {{}}")
        for name, op in _COMPARISONS.items()
    },
    **{f"__{name}__": (f"used with {op}", f"{op}value") for name, op in _SIGNS.items()},
    **{f"__{name}__": (f"given to {name}()", f"{name}(value)") for name in _FUNCTIONS},
    "__divmod__": ("given to divmod()", "divmod(value, {})"),
    "__rdivmod__": ("given to divmod()", "divmod({}, value)"),
    "__trunc__": ("given to math.trunc()", "math.trunc(value)"),
    "__floor__": ("given to math.floor()", "math.floor(value)"),
    "__ceil__": ("given to math.ceil()", "math.ceil(value)"),
    "__index__": ("used as an index or a count", "range(value)"),
    "__bool__": ("used as a condition", "... if value else ..."),
    "__format__": ("formatted", "f'{{value}}'"),
    "__getitem__": ("indexed", "value[{}]"),
    "__contains__": ("searched with in", "{} in value"),
    "__iter__": ("iterated over or unpacked", ""),
    "__call__": ("called", "value({})"),
    "__setitem__": ("changed, nor can its value be", ""),
    "__delitem__": ("changed, nor can its value be", ""),
    "__await__": ("awaited; await f.execute(artefact), then take it", ""),
}
"""Special method -> what the attempt is called, and the same on the value, inside a step."""

_CHANGED: Final = "f.morph(function, artefact) with a function that returns another value"
_OTHERWISE: Final = {
    "__iter__": "f.map_each(function, artefact) for each item of a list, f.py(function, ...) "
    "for a function with several results",
    "__setitem__": _CHANGED,
    "__delitem__": _CHANGED,
    "__await__": "",
}
"""Special method -> what to do, where that is no expression of the value."""

_SUM: Final = "f.reduce(sum, f.gather([...]))"


class NoSuchAttributeError(WiringError, AttributeError):
    """A value may have this attribute; what stands for it in the graph has not."""


class Pointer:
    """A thing of the graph that stands for values, and is none itself.

    Of ``artefact + 1`` Python would say that the operand is not supported, and of
    ``artefact == 2`` that it is false. Here both are refused, with the advice to do it in a
    step. Type checkers do not see these methods, so they report such lines as before.
    """

    __slots__ = ()

    def __funsies_refusal__(self, how: str, inside: str = "") -> str:
        """Say what this is, and what to do instead of taking it for a value.

        Args:
            how: what it cannot be, such as "called".
            inside: what does it in a step, such as "f.morph(len, artefact)".
        """
        raise NotImplementedError


def in_step(expression: str, operands: tuple[object, ...] = ()) -> str:
    """Write how to evaluate an expression of the value in a step.

    >>> in_step("value + {}", (1,))
    'f.morph(lambda value: value + 1, artefact)'
    >>> in_step("value + {}", ([1, 2],))
    'f.reduce(lambda value, other: value + other, artefact, other)'
    """
    shown = [_written(each) for each in operands]
    if all(map(_is_literal, operands)) and len("".join(shown)) <= _SHOWN_CHARACTERS:
        return f"f.morph(lambda value: {expression.format(', '.join(shown))}, artefact)"
    return f"f.reduce(lambda value, other: {expression.format('other')}, artefact, other)"


def _written(operand: object) -> str:
    if not isinstance(operand, slice):
        return repr(operand)
    parts = [operand.start, operand.stop] + [operand.step] * (operand.step is not None)
    return ":".join("" if each is None else repr(each) for each in parts)


def _is_literal(operand: object) -> bool:
    return type(operand) in _LITERALS


def is_value(thing: object) -> bool:
    """True of what a step could return: a pointer is never equal to that."""
    if thing is None:
        return False
    try:
        encoding_of_value(thing)
    except EncodingError:
        return False
    return True


def _misuse(name: str, how: str, expression: str) -> Callable[..., NoReturn]:
    def refuse(self: Pointer, *operands: object, **_: object) -> NoReturn:
        inside = _OTHERWISE.get(name)
        if inside is None:
            inside = in_step(expression, operands)
        if name == "__radd__" and operands == (0,):  # what sum() begins with
            inside = _SUM
        raise WiringError(self.__funsies_refusal__(how, inside))

    return refuse


def _no_attribute(self: Pointer, name: str) -> Any:
    is_known = any(name in vars(each) for each in type(self).__mro__)
    if name.startswith("_") or is_known:  # a probe, or an attribute that said no by itself
        return object.__getattribute__(self, name)
    own = [each for each in dir(self) if not each.startswith("_")]
    close = difflib.get_close_matches(name, own, 1)
    hint = f" (did you mean .{close[0]}?)" if close else ""
    inside = in_step(f"value.{name}")
    raise NoSuchAttributeError(self.__funsies_refusal__(f"asked for .{name}{hint}", inside))


for _name, (_how, _expression) in _MISUSES.items():
    setattr(Pointer, _name, _misuse(_name, _how, _expression))
setattr(Pointer, "__getattr__", _no_attribute)  # noqa: B010 - a type checker must not see it


_SEQUENCES: Final = (list, tuple, set, frozenset)
_MAX_DEPTH: Final = 20


def refuse_nested(value: object, what: str) -> None:
    """Say how to join the artefacts inside of a value, if there are any.

    Args:
        value: what cannot be stored.
        what: it is, such as "argument 'x' of f".

    Raises:
        WiringError: if there are any.
    """
    found = next(_pointers(value, _MAX_DEPTH), None)
    if found is not None and not isinstance(value, Pointer):
        raise WiringError(
            f"{what} is {_with_article(type(value).__name__)} with artefacts inside "
            f"({found!r}), which point to values that may not exist yet. {_advice(value)}"
        )


def _with_article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def _pointers(value: object, depth: int) -> Iterator[Pointer]:
    """The artefacts at any depth; containers may be inside themselves."""
    if isinstance(value, Pointer):
        yield value
    elif depth:
        for part in _parts(value):
            yield from _pointers(part, depth - 1)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value
        yield from value.values()
    elif isinstance(value, _SEQUENCES):
        yield from value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield getattr(value, field.name, None)


def _advice(value: object) -> str:
    if not isinstance(value, (Mapping, *_SEQUENCES)):
        name = type(value).__name__
        return f"Make it in a step, from its parts: f.reduce({name}, ...)"
    if isinstance(value, Mapping) and any(isinstance(key, Pointer) for key in value):
        return "Keys cannot be artefacts: make the dict in a step, from lists of both"
    items = list(value.values() if isinstance(value, Mapping) else value)
    inner = [each for each in items if not isinstance(each, Pointer)]
    advice = f"Join them into one artefact: f.gather({_shown(value)})"
    if any(next(_pointers(each, _MAX_DEPTH), None) is not None for each in inner):
        return f"{advice}, and what is inside of it likewise, from the inside outwards"
    return f"{advice}, with f.put(...) for what is no artefact" if inner else advice


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{...}"
    return "(...)" if isinstance(value, tuple) else "[...]"
