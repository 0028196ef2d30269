"""Lists, tuples and deques."""

from __future__ import annotations

from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from funsies.core.encoding.many import (
    all_items,
    by_columns,
    decode_items,
    encode_items,
)
from funsies.core.encoding.node import ARRAY, Json, Node, Refused, special_form
from funsies.core.encoding.plain import are_all

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope


class ListNode(Node):
    """``list[T]``."""

    accepts: frozenset[type] | None = frozenset({list})
    shapes: frozenset[str] = frozenset({ARRAY})
    rank = 0

    def __init__(self, item: Node) -> None:
        self.item = item
        self.label: str = f"list[{item.label}]"

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not list:
            return self.encode_other(value)
        return encode_items(self.item, value)

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write arrays."""
        if not are_all(list, values):
            return super().encode_all(values)
        return all_items(self.item.encode_all, values)

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        return decode_items(self.item, raw)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read arrays."""
        if not are_all(list, raws):
            return super().decode_all(raws)
        return all_items(self.item.decode_all, raws)

    def children(self) -> tuple[Node, ...]:
        """The type of the items."""
        return (self.item,)

    def describe(self, scope: Scope) -> str:
        """Write ``list[T]``."""
        return f"list[{self.item.describe(scope)}]"

    def admits(self, value: object) -> bool:
        """True for lists whose items may stand where T is asked for."""
        return isinstance(value, list) and self.item.admits_all(value)


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
        self._steps = [f"[{number}]" for number in range(len(items))]

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
        except Refused as refusal:
            raise refusal.at(f"[{len(result)}]") from None
        return tuple(result)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read arrays."""
        if not self._fit(list, raws):
            return super().decode_all(raws)
        columns = self._columns(raws)
        decoded = by_columns([item.decode_all for item in self.items], columns, self._steps)
        return list(zip(*decoded, strict=True))

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
        items = encode_items(self.item, list(value))
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
