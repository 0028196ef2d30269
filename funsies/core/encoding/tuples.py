"""Tuples: of any length, of certain items, or of both: ``tuple[str, *tuple[float, ...]]``."""

from __future__ import annotations

from operator import itemgetter
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

from funsies.core.encoding.bulk import (
    all_items,
    are_all,
    by_columns,
    decode_items,
    encode_items,
)
from funsies.core.encoding.node import ARRAY, CompositeNode, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class VariadicTupleNode(CompositeNode):
    """``tuple[T, ...]``."""

    template = "tuple[{}, ...]"
    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, item: Node) -> None:
        super().__init__(item)
        self.item = item

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not tuple:
            return self.encode_other(value)
        return encode_items(self.item, list(value))

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write arrays."""
        if not are_all(tuple, values):
            return super().encode_all(values)
        return all_items(self.item.encode_all, values)

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        return tuple(decode_items(self.item, raw))

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read arrays."""
        if not are_all(list, raws):
            return super().decode_all(raws)
        return list(map(tuple, all_items(self.item.decode_all, raws)))

    def admits(self, value: object) -> bool:
        """True for tuples whose items may stand where T is asked for."""
        return isinstance(value, tuple) and all(map(self.item.admits, value))


class TupleNode(CompositeNode):
    """``tuple[A, B, C]``: an array with exactly these items."""

    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, items: tuple[Node, ...]) -> None:
        super().__init__(*items)
        self.items = items
        self._steps = [f"[{number}]" for number in range(len(items))]

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not tuple:
            return self.encode_other(value)
        if len(value) != len(self.items):
            raise ValueRefused(f"expected {self.label}, got a tuple of {len(value)} items")
        result: list[Json] = []
        try:
            for item, part in zip(self.items, value, strict=True):
                result.append(item.encode(part))
        except ValueRefused as refusal:
            raise refusal.at(f"[{len(result)}]") from None
        return result

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write arrays."""
        if not self._fit(tuple, values):
            return super().encode_all(values)
        columns = self._columns(values)
        encoded = by_columns([item.encode_all for item in self.items], columns, self._steps)
        return values if encoded is columns else list(zip(*encoded, strict=True))

    def _columns(self, values: list[Any]) -> list[list[Any]]:
        return [list(map(itemgetter(place), values)) for place in range(len(self.items))]

    def _fit(self, kind: type, values: list[Any]) -> bool:
        """True if there are values, all of this class and as long as they have to be."""
        lengths = set(map(len, values)) if are_all(kind, values) else None
        return bool(self.items) and lengths == {len(self.items)}

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list or len(raw) != len(self.items):
            return self.decode_other(raw)
        result: list[object] = []
        try:
            for item, part in zip(self.items, raw, strict=True):
                result.append(item.decode(part))
        except ValueRefused as refusal:
            raise refusal.at(f"[{len(result)}]") from None
        return tuple(result)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read arrays."""
        if not self._fit(list, raws):
            return super().decode_all(raws)
        columns = self._columns(raws)
        decoded = by_columns([item.decode_all for item in self.items], columns, self._steps)
        return list(zip(*decoded, strict=True))

    def written(self, parts: Sequence[str]) -> str:
        """Write ``tuple[A, B, C]``."""
        return f"tuple[{', '.join(parts) or '()'}]"

    def admits(self, value: object) -> bool:
        """True for tuples of this length whose items may stand in their places."""
        return (
            isinstance(value, tuple)
            and len(value) == len(self.items)
            and all(item.admits(part) for item, part in zip(self.items, value, strict=True))
        )


_UNPACK: Final = (Unpack, typing_extensions.Unpack)
_VARIADIC: Final = (TypeVarTuple, typing_extensions.TypeVarTuple)


class TuplePart(NamedTuple):
    """A type argument of a tuple.

    Attributes:
        annotation: of an item.
        is_open: True if there may be any number of such items.
    """

    annotation: object
    is_open: bool = False


def tuple_parts(arguments: Iterable[object]) -> Iterator[TuplePart]:
    """Take the type arguments of a tuple apart: what is unpacked among them, too."""
    arguments = tuple(arguments)
    if arguments[1:] == (Ellipsis,):
        yield TuplePart(arguments[0], is_open=True)
        return
    for argument in arguments:
        inside = unpacked(argument)
        if inside is None:
            yield TuplePart(argument)
        elif isinstance(inside, _VARIADIC):
            yield TuplePart(Any, is_open=True)
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


class OpenTupleNode(CompositeNode):
    """A tuple that begins and ends with certain items, with any number in between."""

    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, first: Sequence[Node], middle: Node, last: Sequence[Node]) -> None:
        self.first: tuple[Node, ...] = tuple(first)
        self.middle = middle
        self.last: tuple[Node, ...] = tuple(last)
        super().__init__(*self.first, middle, *self.last)

    def written(self, parts: Sequence[str]) -> str:
        """Write ``tuple[A, *tuple[B, ...], C]``."""
        place = len(self.first)
        between = f"*tuple[{parts[place]}, ...]"
        return f"tuple[{', '.join([*parts[:place], between, *parts[place + 1 :]])}]"

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

    def admits(self, value: object) -> bool:
        """True for tuples whose items may stand in their places."""
        return isinstance(value, tuple) and self._of_length(len(value)).admits(value)
