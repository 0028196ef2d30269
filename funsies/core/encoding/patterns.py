"""``re.Pattern``: a regular expression, as it was written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from funsies.core.encoding.node import Json, Node, Refused, special_form

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope


class PatternNode(Node):
    """A regular expression.

    Args:
        text: the type of what it is made: ``str``, ``bytes``.
    """

    accepts: frozenset[type] | None = frozenset({re.Pattern})
    shapes: frozenset[str] = frozenset({"$pattern"})

    def __init__(self, text: Node) -> None:
        self.text = text
        self.label: str = f"Pattern[{text.label}]"

    def encode(self, value: object) -> Json:
        """Write the expression and its flags."""
        if not isinstance(value, re.Pattern):
            self.refuse(value)
        try:
            return {"$pattern": [self.text.encode(value.pattern), value.flags]}
        except Refused as refusal:
            raise refusal.at(".pattern") from None

    def decode(self, raw: Json) -> object:
        """Compile the expression again."""
        parts = special_form(raw, "$pattern")
        if type(parts) is not list or len(parts) != len(("pattern", "flags")):
            self.refuse_json(raw)
        text, flags = self.text.decode(parts[0]), parts[1]
        if not isinstance(text, (str, bytes)) or type(flags) is not int:
            self.refuse_json(raw)
        try:
            return re.compile(text, flags)
        except (re.error, ValueError):
            self.refuse_json(raw)

    def children(self) -> tuple[Node, ...]:
        """The type of the expression."""
        return (self.text,)

    def describe(self, scope: Scope) -> str:
        """Write the name and the type."""
        return f"Pattern[{self.text.describe(scope)}]"
