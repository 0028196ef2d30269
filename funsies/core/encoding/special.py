"""Types that stand for others, or for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from funsies.core.encoding.node import Json, Node

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope


class NeverNode(Node):
    """``Never``: no value at all; the type of the items of an empty list."""

    label = "Never"
    accepts: frozenset[type] | None = frozenset()
    shapes: frozenset[str] = frozenset({"$never"})

    def encode(self, value: object) -> Json:
        """Refuse every value."""
        self.refuse(value)

    def decode(self, raw: Json) -> object:
        """Refuse everything."""
        self.refuse_json(raw)


class AliasNode(Node):
    """A ``type`` alias that mentions itself."""

    is_named = True

    def __init__(self, label: str) -> None:
        self.label = label
        self.target: Node = NeverNode()
        self.is_used = False

    def encode(self, value: object) -> Json:
        """Write the value as what the alias stands for."""
        return self.target.encode(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what the alias stands for."""
        return self.target.decode(raw)

    def describe(self, scope: Scope) -> str:
        """Write the name of the alias."""
        return scope.mention(self)

    def define(self, scope: Scope, name: str) -> str:
        """Write what the alias stands for."""
        return f"type {name} = {self.target.describe(scope)}"

    def admits(self, value: object) -> bool:
        """True if what the alias stands for admits the value."""
        return self.target.admits(value)
