"""Tuples with a part of any length: ``tuple[str, *tuple[float, ...]]``."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    NamedTuple,
    TypeVarTuple,
    Unpack,
    get_args,
    get_origin,
)

import typing_extensions

from funsies.core.encoding.node import ARRAY, Json, Node
from funsies.core.encoding.sequences import TupleNode, VariadicTupleNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from funsies.core.encoding.describe import Scope

_UNPACK: Final = (Unpack, typing_extensions.Unpack)
_VARIADIC: Final = (TypeVarTuple, typing_extensions.TypeVarTuple)


class Part(NamedTuple):
    """A type argument of a tuple.

    Attributes:
        annotation: of an item.
        is_open: True if there may be any number of such items.
    """

    annotation: object
    is_open: bool = False


def tuple_parts(arguments: Iterable[object]) -> Iterator[Part]:
    """Take the type arguments of a tuple apart: what is unpacked among them, too."""
    arguments = tuple(arguments)
    if arguments[1:] == (Ellipsis,):
        yield Part(arguments[0], is_open=True)
        return
    for argument in arguments:
        inside = unpacked(argument)
        if inside is None:
            yield Part(argument)
        elif isinstance(inside, _VARIADIC):
            yield Part(Any, is_open=True)
        else:
            yield from tuple_parts(get_args(inside))


def unpacked(argument: object) -> object | None:
    """What a star stands before: ``Ts`` of ``*Ts``; None if there is no star."""
    if get_origin(argument) in _UNPACK:
        inside: object = get_args(argument)[0]
        return inside
    return argument if getattr(argument, "__unpacked__", False) else None


def tuple_node(nodes: Sequence[Node], are_open: Sequence[bool]) -> Node:
    """Compile a tuple of parts, of which at most one is open."""
    if True not in are_open:
        return TupleNode(tuple(nodes))
    if len(nodes) == 1:
        return VariadicTupleNode(nodes[0])
    place = are_open.index(True)
    return OpenTupleNode(nodes[:place], nodes[place], nodes[place + 1 :])


class OpenTupleNode(Node):
    """A tuple that begins and ends with certain items, with any number in between."""

    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, first: Sequence[Node], middle: Node, last: Sequence[Node]) -> None:
        self.first: tuple[Node, ...] = tuple(first)
        self.middle = middle
        self.last: tuple[Node, ...] = tuple(last)
        self.label: str = self._written([each.label for each in self.children()])

    def _written(self, parts: list[str]) -> str:
        place = len(self.first)
        parts[place] = f"*tuple[{parts[place]}, ...]"
        return f"tuple[{', '.join(parts)}]"

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not tuple:
            self.refuse(value)
        return self._of_length(len(value)).encode(value)

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            self.refuse_json(raw)
        return self._of_length(len(raw)).decode(raw)

    def _of_length(self, length: int) -> TupleNode:
        """The tuple with so many items in the middle as make up the length."""
        missing = max(length - len(self.first) - len(self.last), 0)
        return TupleNode((*self.first, *[self.middle] * missing, *self.last))

    def children(self) -> tuple[Node, ...]:
        """The types of the items; that of the middle once."""
        return (*self.first, self.middle, *self.last)

    def describe(self, scope: Scope) -> str:
        """Write ``tuple[A, *tuple[B, ...], C]``."""
        return self._written([each.describe(scope) for each in self.children()])

    def admits(self, value: object) -> bool:
        """True for tuples whose items may stand in their places."""
        return isinstance(value, tuple) and self._of_length(len(value)).admits(value)
