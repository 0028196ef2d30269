"""From a type written out as text back to an annotation, for built-in and standard types.

The store keeps the types of stored values as text, and text is all that another program has
that never saw the classes. Nothing is imported and nothing is called.
"""

from __future__ import annotations

import ast
from collections import Counter, OrderedDict, abc, defaultdict, deque
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from .parsing import parse_expression

_NAMES: Final[dict[str, Any]] = {
    "Any": Any,
    "None": None,
    "bool": bool,
    "bytes": bytes,
    "complex": complex,
    "dict": dict,
    "float": float,
    "frozenset": frozenset,
    "int": int,
    "list": list,
    "set": set,
    "str": str,
    "tuple": tuple,
    **{
        kind.__name__: kind
        for kind in (
            *(Counter, OrderedDict, defaultdict, deque, range, slice),
            *(date, datetime, time, timedelta, ZoneInfo),
            *(Decimal, Fraction, Path, PurePath, UUID),
            *(abc.Collection, abc.Mapping, abc.MutableMapping, abc.MutableSequence),
            *(abc.MutableSet, abc.Sequence, abc.Set),
        )
    },
}


def annotation_from(text: str) -> object | None:
    """Read a type back; None if it names anything but built-in and standard types.

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
