"""From a type written out as text back to an annotation, for standard types.

The store keeps the types of stored values as text, and text is all that another program has
that never saw the classes. Nothing is imported and nothing is called.
"""

from __future__ import annotations

import ast
from typing import Any, Final, cast

from funsies.core.encoding.standard_types import STANDARD_TYPES
from funsies.core.parsing import parse_expression

_NAMES: Final[dict[str, Any]] = {
    **{kind.__name__: kind for kind in STANDARD_TYPES if isinstance(kind, type)},
    "Any": Any,
    "None": None,
    "tuple": tuple,
}


def annotation_from(text: str) -> object | None:
    """Read a type back; None if it names anything but standard types.

    >>> annotation_from("dict[str, list[float]]")
    dict[str, list[float]]
    >>> annotation_from("dataclass Point(x: int)") is None
    True
    """
    try:
        return cast("object", _read(parse_expression(text.strip())))
    except (SyntaxError, LookupError, ValueError, TypeError, RecursionError):
        return None


def _read(node: ast.expr) -> Any:
    match node:
        case ast.Name(id=name):
            return _NAMES[name]
        case ast.Constant(value=None):
            return None
        case ast.Constant(value=value) if value is Ellipsis:
            return ...
        case ast.Subscript(value=kind, slice=ast.Tuple(elts=parts)):
            return _read(kind)[tuple(_read(part) for part in parts)]
        case ast.Subscript(value=kind, slice=part):
            return _read(kind)[_read(part)]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _read(left) | _read(right)
    raise ValueError(ast.dump(node))
