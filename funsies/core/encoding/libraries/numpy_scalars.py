"""NumPy's scalars: stored as the Python values that equal them, and read as what they were."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.scalars import (
    BoolNode,
    ComplexNode,
    FloatNode,
    IntNode,
    StrNode,
    plain_scalar,
)
from funsies.core.encoding.unions import UnionNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import Json

_PLAIN: Final[dict[type, Callable[[], Node]]] = {
    bool: BoolNode,
    int: IntNode,
    float: FloatNode,
    complex: ComplexNode,
    str: StrNode,
}


_WITH_UNITS: Final = ("datetime64", "timedelta64")
"""Without a unit there are none of them in later versions of NumPy."""


class NumpyScalarNode(Node):
    """A class of NumPy's scalars, ``float64`` for example."""

    def __init__(self, kind: Any, plain: Node) -> None:
        self.kind: Any = kind
        self.plain = plain
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.shapes: frozenset[str] = plain.shapes

    def encode(self, value: object) -> Json:
        """Write the Python value that equals it."""
        if type(value) is not self.kind:
            self.refuse(value)
        return self.plain.encode(_python_value(value))

    def decode(self, raw: Json) -> object:
        """Read the scalar."""
        value: object = self.kind(self.plain.decode(raw))
        return value


def _python_value(scalar: Any) -> object:
    value: object = scalar.item()
    return value


def numpy_node(kind: type) -> Node | None:
    """Compile a class of NumPy's scalars; None if it is none, or has no exact counterpart.

    Of abstract ones, ``floating`` for example, any that is one may be stored.
    """
    numpy = sys.modules.get("numpy")
    if numpy is None or not issubclass(kind, numpy.generic):
        return None
    nodes = list(_nodes(kind))
    if not kind.__subclasses__():
        return nodes[0] if nodes else None
    return UnionNode(nodes, kind.__name__) if nodes else None


def _nodes(kind: Any) -> Iterator[Node]:
    if kind.__module__ != "numpy":
        return
    if kind.__subclasses__():
        for each in kind.__subclasses__():
            yield from _nodes(each)
        return
    plain = _PLAIN.get(_counterpart(kind))
    if plain is not None:
        yield NumpyScalarNode(kind, plain())


def _counterpart(kind: Any) -> type:
    """The class of the Python values that equal the scalars of a class, if there is one."""
    if kind.__name__ in _WITH_UNITS:
        return type(None)
    try:
        return type(plain_scalar(kind()))
    except TypeError:  # of no size by itself
        return type(None)
