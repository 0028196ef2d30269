"""Values that say themselves what they are, for a reader who says it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funsies.core.encoding.anything import decode_any
from funsies.core.encoding.described import plain_json
from funsies.core.encoding.node import Json, Node, Refused

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope
    from funsies.core.encoding.layouts import Layout


class AskedNode(Node):
    """What was written without an annotation, read as a type.

    Attributes:
        wanted: the type.
    """

    def __init__(self, wanted: Node) -> None:
        self.wanted = wanted
        self.label: str = wanted.label
        self.accepts: frozenset[type] | None = wanted.accepts

    def encode(self, value: object) -> Json:
        """Write the value as its type does."""
        return self.wanted.encode(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what it says that it is; JSON of the type is read as the type."""
        try:
            value = decode_any(raw)
        except Refused:
            return self.wanted.decode(plain_json(raw))
        return value if self.wanted.admits(value) else self.wanted.decode(plain_json(raw))

    def children(self) -> tuple[Node, ...]:
        """The type."""
        return (self.wanted,)

    def describe(self, scope: Scope) -> str:
        """Write the type, and that the values say theirs."""
        return f"(Any as {self.wanted.describe(scope)})"

    def admits(self, value: object) -> bool:
        """True for what the type admits."""
        return self.wanted.admits(value)

    def layouts(self) -> tuple[Layout, ...]:
        """Those of the type."""
        return self.wanted.layouts()
