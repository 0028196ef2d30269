"""Sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funsies.core.encoding.keys import encode_keys, in_order
from funsies.core.encoding.many import decode_items
from funsies.core.encoding.node import ARRAY, Json, Node, Refused

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope


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
        return in_order(encode_keys(self.item, value, "{item}"))

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
