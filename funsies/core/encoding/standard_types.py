"""The types that have an encoding of their own: one entry each.

To add one: a node, beside its likes (``stdlib_scalars.py``, ``mappings.py``, ...), and an entry
here. By it annotations are compiled (``compile.py``), values that have none are written and
read under the name of their type (``described.py``), and the type is found again where only
its text is stored (:func:`annotation_from`).
"""

from __future__ import annotations

import ast
import re
import typing
from array import array
from collections import Counter, OrderedDict, abc, defaultdict, deque
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import partial
from inspect import Parameter
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import typing_extensions
from returns.result import Failure, Result, Success

from funsies.core.encoding import abstract
from funsies.core.encoding.any_node import AnyNode
from funsies.core.encoding.mappings import (
    CounterNode,
    DefaultDictNode,
    OrderedDictNode,
    dict_node,
)
from funsies.core.encoding.scalars import (
    BoolNode,
    BytesNode,
    ComplexNode,
    FloatNode,
    IntNode,
    NoneNode,
    StrNode,
)
from funsies.core.encoding.sequences import DequeNode, ListNode, SetNode
from funsies.core.encoding.stdlib_scalars import (
    INTERNET,
    ArrayNode,
    BytearrayNode,
    FractionNode,
    NotationNode,
    PathNode,
    PatternNode,
    RangeNode,
    SliceNode,
    pure_path_nodes,
)
from funsies.core.encoding.times import (
    DateNode,
    MomentNode,
    TimedeltaNode,
    TimezoneNode,
    ZoneInfoNode,
)
from funsies.core.encoding.unions import NeverNode, ResultNode, UnionNode
from funsies.core.parsing import parse_expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from funsies.core.encoding.node import Node


class StandardType(NamedTuple):
    """How the values of a type are stored.

    Attributes:
        make: makes the node, of the nodes of the type's arguments.
        name: under which a value says of which type it is, where no annotation does; "" if
            no value has to, as JSON has the type, or :class:`AnyNode` a form for it.
        steps: one for each argument of the type: the step of the way to what is of it.
    """

    make: Callable[..., Node]
    name: str = ""
    steps: tuple[str, ...] = ()

    def of_anything(self) -> Node:
        """Make the node of the type without arguments: what it is made of may be anything."""
        return self.make(*(AnyNode() for _ in self.steps))


_ITEM: Final = ("[...]",)
_PAIR: Final = ("{key}", "{value}")


def _abstract(
    members: Callable[..., list[Node]], steps: tuple[str, ...], *kinds: type
) -> dict[object, StandardType]:
    return {
        kind: StandardType(partial(abstract.AbstractNode, kind, members), steps=steps)
        for kind in kinds
    }


STANDARD_TYPES: Final[dict[object, StandardType]] = {
    **dict.fromkeys(
        (Any, typing_extensions.Any, Parameter.empty, object), StandardType(AnyNode)
    ),
    **dict.fromkeys((typing.Never, typing.NoReturn), StandardType(NeverNode)),
    **dict.fromkeys((None, type(None)), StandardType(NoneNode)),
    bool: StandardType(BoolNode),
    int: StandardType(IntNode),
    float: StandardType(FloatNode),
    complex: StandardType(ComplexNode, "complex"),
    **dict.fromkeys(
        (str, typing.LiteralString, typing_extensions.LiteralString), StandardType(StrNode)
    ),
    bytes: StandardType(BytesNode),
    bytearray: StandardType(BytearrayNode, "bytearray"),
    array: StandardType(lambda _: ArrayNode(), "array", _ITEM),
    range: StandardType(RangeNode, "range"),
    slice: StandardType(SliceNode, "slice"),
    re.Pattern: StandardType(PatternNode, "Pattern", _ITEM),
    Fraction: StandardType(FractionNode, "Fraction"),
    **{
        kind: StandardType(partial(NotationNode, kind), kind.__name__)
        for kind in (Decimal, UUID, *INTERNET)
    },
    **{
        kind: StandardType(partial(MomentNode, kind), kind.__name__)
        for kind in (datetime, time)
    },
    date: StandardType(DateNode, "date"),
    timedelta: StandardType(TimedeltaNode, "timedelta"),
    timezone: StandardType(TimezoneNode, "timezone"),
    ZoneInfo: StandardType(ZoneInfoNode, "ZoneInfo"),
    **dict.fromkeys((Path, type(Path())), StandardType(partial(PathNode, Path), "Path")),
    **{
        kind: StandardType(partial(PathNode, kind), kind.__name__)
        for kind in (PurePosixPath, PureWindowsPath)
    },
    PurePath: StandardType(lambda: UnionNode(pure_path_nodes(), "PurePath")),
    list: StandardType(ListNode, steps=_ITEM),
    set: StandardType(partial(SetNode, set), steps=_ITEM),
    frozenset: StandardType(partial(SetNode, frozenset), steps=_ITEM),
    deque: StandardType(DequeNode, "deque", _ITEM),
    Counter: StandardType(lambda key: CounterNode(key, IntNode()), "Counter", _ITEM),
    dict: StandardType(dict_node, steps=_PAIR),
    OrderedDict: StandardType(OrderedDictNode, "OrderedDict", _PAIR),
    defaultdict: StandardType(DefaultDictNode, "defaultdict", _PAIR),
    Result: StandardType(ResultNode, "Result", (".success", ".failure")),
    Success: StandardType(lambda one: ResultNode(one, AnyNode()), "Result", (".success",)),
    Failure: StandardType(lambda one: ResultNode(AnyNode(), one), "Result", (".failure",)),
    **_abstract(abstract.sequences, _ITEM, abc.Sequence),
    **_abstract(abstract.mutable_sequences, _ITEM, abc.MutableSequence),
    **_abstract(abstract.sets, _ITEM, abc.Set),
    **_abstract(abstract.mutable_sets, _ITEM, abc.MutableSet),
    **_abstract(abstract.mappings, _PAIR, abc.Mapping, abc.MutableMapping),
    **_abstract(
        abstract.collections, _ITEM, abc.Collection, abc.Container, abc.Iterable, abc.Reversible
    ),
}
"""The types, by the class or the name of ``typing`` that stands in annotations."""

STANDARD_NAMES: Final = {each.name: each for each in STANDARD_TYPES.values() if each.name}
"""Those of which a value says the name."""

_NAMES: Final[dict[str, Any]] = {
    **{kind.__name__: kind for kind in STANDARD_TYPES if isinstance(kind, type)},
    "Any": Any,
    "None": None,
    "tuple": tuple,
}
"""Those that a text may name: the store keeps the types of stored values as text, which is all
that another program has. Nothing is imported for it, and nothing is called."""


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
