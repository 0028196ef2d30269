"""Lists, tuples, sets and deques."""

from __future__ import annotations

from collections import deque
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from funsies.core.encoding.node import (
    ARRAY,
    Json,
    Node,
    Refused,
    canonical_json,
    check_key,
    special_form,
)
from funsies.core.encoding.scalars import LARGEST, SMALLEST, FloatNode, IntNode, StrNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from funsies.core.encoding.describe import Scope


def encode_items(item: Node, values: Iterable[object]) -> list[Json]:
    """Encode the values in order; a refusal says at which position."""
    encode = item.encode
    result: list[Json] = []
    try:
        for value in values:
            result.append(encode(value))  # noqa: PERF401  (its length is the path)
    except Refused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def decode_items(item: Node, raw: Iterable[Json]) -> list[object]:
    """Decode the items in order; a refusal says at which position."""
    decode = item.decode
    result: list[object] = []
    try:
        for part in raw:
            result.append(decode(part))  # noqa: PERF401  (its length is the path)
    except Refused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def _are_plain_ints(values: list[int], kinds: set[type]) -> bool:
    return kinds <= {int, bool} and (
        not values or SMALLEST <= min(values) <= max(values) <= LARGEST
    )


def _are_plain_numbers(values: list[Any], kinds: set[type]) -> bool:
    if kinds == {float}:
        return isfinite(sum(values))
    return _are_plain_ints(values, kinds)


def _are_plain_texts(values: list[str], kinds: set[type]) -> bool:
    return kinds == {str} and "".join(values).isascii()


class _Plain(NamedTuple):
    """When a list of items is JSON data as it is.

    Attributes:
        has: tells so of a list of values and the set of their types.
        types: the types of JSON items that need no decoding.
    """

    has: Callable[[list[Any], set[type]], bool]
    types: frozenset[type]


_PLAIN_LISTS: Final[dict[type[Node], _Plain]] = {
    IntNode: _Plain(_are_plain_ints, frozenset({int, bool})),
    FloatNode: _Plain(_are_plain_numbers, frozenset({float, int, bool})),
    StrNode: _Plain(_are_plain_texts, frozenset({str})),
}


class ListNode(Node):
    """``list[T]``; lists of numbers and of texts are handed on as they are."""

    accepts: frozenset[type] | None = frozenset({list})
    shapes: frozenset[str] = frozenset({ARRAY})
    rank = 0

    def __init__(self, item: Node) -> None:
        self.item = item
        self.label: str = f"list[{item.label}]"
        self._plain = _PLAIN_LISTS.get(type(item))

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not list:
            return self.encode_other(value)
        if self._plain is not None and self._plain.has(value, set(map(type, value))):
            return value
        return encode_items(self.item, value)

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        if self._plain is not None and self._plain.types.issuperset(map(type, raw)):
            return raw
        return decode_items(self.item, raw)

    def children(self) -> tuple[Node, ...]:
        """The type of the items."""
        return (self.item,)

    def describe(self, scope: Scope) -> str:
        """Write ``list[T]``."""
        return f"list[{self.item.describe(scope)}]"

    def admits(self, value: object) -> bool:
        """True for lists whose items may stand where T is asked for."""
        if not isinstance(value, list):
            return False
        if self._plain is not None and self._plain.types.issuperset(map(type, value)):
            return True
        return all(map(self.item.admits, value))


class VariadicTupleNode(Node):
    """``tuple[T, ...]``."""

    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, item: Node) -> None:
        self.item = item
        self.label: str = f"tuple[{item.label}, ...]"

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not tuple:
            return self.encode_other(value)
        return encode_items(self.item, value)

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        return tuple(decode_items(self.item, raw))

    def children(self) -> tuple[Node, ...]:
        """The type of the items."""
        return (self.item,)

    def describe(self, scope: Scope) -> str:
        """Write ``tuple[T, ...]``."""
        return f"tuple[{self.item.describe(scope)}, ...]"

    def admits(self, value: object) -> bool:
        """True for tuples whose items may stand where T is asked for."""
        return isinstance(value, tuple) and all(map(self.item.admits, value))


class TupleNode(Node):
    """``tuple[A, B, C]``: an array with exactly these items."""

    accepts: frozenset[type] | None = frozenset({tuple})
    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items
        self.label: str = f"tuple[{', '.join(item.label for item in items) or '()'}]"

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not tuple:
            return self.encode_other(value)
        if len(value) != len(self.items):
            raise Refused(f"expected {self.label}, got a tuple of {len(value)} items")
        result: list[Json] = []
        try:
            for item, part in zip(self.items, value, strict=True):
                result.append(item.encode(part))
        except Refused as refusal:
            raise refusal.at(f"[{len(result)}]") from None
        return result

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list or len(raw) != len(self.items):
            return self.decode_other(raw)
        result: list[object] = []
        try:
            for item, part in zip(self.items, raw, strict=True):
                result.append(item.decode(part))
        except Refused as refusal:
            raise refusal.at(f"[{len(result)}]") from None
        return tuple(result)

    def children(self) -> tuple[Node, ...]:
        """The types of the items."""
        return self.items

    def describe(self, scope: Scope) -> str:
        """Write ``tuple[A, B, C]``."""
        return f"tuple[{', '.join(item.describe(scope) for item in self.items) or '()'}]"

    def admits(self, value: object) -> bool:
        """True for tuples of this length whose items may stand in their places."""
        return (
            isinstance(value, tuple)
            and len(value) == len(self.items)
            and all(item.admits(part) for item, part in zip(self.items, value, strict=True))
        )


class SetNode(Node):
    """``set[T]`` or ``frozenset[T]``: an array in the order of the items' bytes."""

    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, kind: type[set[object] | frozenset[object]], item: Node) -> None:
        self.kind = kind
        self.item = item
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.rank = 0 if kind is set else 1
        self.label: str = f"{kind.__name__}[{item.label}]"

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        items = [self._encode_item(item) for item in value]
        items.sort(key=canonical_json)
        return items

    def _encode_item(self, item: object) -> Json:
        try:
            raw = self.item.encode(item)
        except Refused as refusal:
            raise refusal.at("{item}") from None
        check_key(item, raw)
        return raw

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        items = decode_items(self.item, raw)
        result = self.kind(items)
        if len(result) != len(items):
            raise Refused(f"expected {self.label}, found the same item twice")
        return result

    def children(self) -> tuple[Node, ...]:
        """The type of the items."""
        return (self.item,)

    def describe(self, scope: Scope) -> str:
        """Write ``set[T]``."""
        return f"{self.kind.__name__}[{self.item.describe(scope)}]"

    def admits(self, value: object) -> bool:
        """True for sets whose items may stand where T is asked for."""
        return isinstance(value, self.kind) and all(map(self.item.admits, value))


class DequeNode(Node):
    """``deque[T]`` with its ``maxlen``."""

    accepts: frozenset[type] | None = frozenset({deque})
    shapes: frozenset[str] = frozenset({ARRAY, "$deque"})

    def __init__(self, item: Node) -> None:
        self.item = item
        self.label: str = f"deque[{item.label}]"

    def encode(self, value: object) -> Json:
        """Write an array, or an object if the deque has a limit."""
        if type(value) is not deque:
            self.refuse(value)
        items = encode_items(self.item, value)
        return items if value.maxlen is None else {"$deque": items, "maxlen": value.maxlen}

    def decode(self, raw: Json) -> object:
        """Read an array with or without a limit."""
        items, limit = raw, None
        if type(raw) is dict:
            items, limit = special_form(raw, "$deque"), raw.get("maxlen")
            if type(limit) is not int or limit < 0:
                self.refuse_json(raw)
        if type(items) is not list or (limit is not None and len(items) > limit):
            self.refuse_json(raw)
        return deque(decode_items(self.item, items), limit)

    def children(self) -> tuple[Node, ...]:
        """The type of the items."""
        return (self.item,)

    def describe(self, scope: Scope) -> str:
        """Write ``deque[T]``."""
        return f"deque[{self.item.describe(scope)}]"

    def admits(self, value: object) -> bool:
        """True for deques whose items may stand where T is asked for."""
        return isinstance(value, deque) and all(map(self.item.admits, value))
