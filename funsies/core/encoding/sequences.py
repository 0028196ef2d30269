"""Lists, deques and sets: arrays of items of one type."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from funsies.core.encoding.bulk import (
    all_items,
    are_all,
    decode_items,
    encode_items,
)
from funsies.core.encoding.keys import encode_keys, in_order
from funsies.core.encoding.node import ARRAY, CompositeNode, Node, special_form
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence


class ListNode(CompositeNode):
    """``list[T]``."""

    template = "list[{}]"
    accepts: frozenset[type] | None = frozenset({list})
    shapes: frozenset[str] = frozenset({ARRAY})
    rank = 0

    def __init__(self, item: Node) -> None:
        super().__init__(item)
        self.item = item

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

    def admits(self, value: object) -> bool:
        """True for lists whose items may stand where T is asked for."""
        return isinstance(value, list) and self.item.admits_all(value)


class DequeNode(CompositeNode):
    """``deque[T]`` with its ``maxlen``."""

    template = "deque[{}]"
    accepts: frozenset[type] | None = frozenset({deque})
    shapes: frozenset[str] = frozenset({ARRAY, "$deque"})

    def __init__(self, item: Node) -> None:
        super().__init__(item)
        self.item = item

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

    def admits(self, value: object) -> bool:
        """True for deques whose items may stand where T is asked for."""
        return isinstance(value, deque) and all(map(self.item.admits, value))


class SetNode(CompositeNode):
    """``set[T]`` or ``frozenset[T]``: an array in the order of the items' bytes."""

    shapes: frozenset[str] = frozenset({ARRAY})

    def __init__(self, kind: type[set[object] | frozenset[object]], item: Node) -> None:
        self.kind = kind
        self.item = item
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.rank = 0 if kind is set else 1
        super().__init__(item)

    def encode(self, value: object) -> Json:
        """Write an array."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        return in_order(encode_keys(self.item, value, "{item}"))

    def decode(self, raw: Json) -> object:
        """Read an array."""
        if type(raw) is not list:
            return self.decode_other(raw)
        items = decode_items(self.item, raw)
        result = self.kind(items)
        if len(result) != len(items):
            raise ValueRefused(f"expected {self.label}, found the same item twice")
        return result

    def written(self, parts: Sequence[str]) -> str:
        """Write ``set[T]``."""
        return f"{self.kind.__name__}[{parts[0]}]"

    def admits(self, value: object) -> bool:
        """True for sets whose items may stand where T is asked for."""
        return isinstance(value, self.kind) and all(map(self.item.admits, value))
