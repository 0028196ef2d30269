"""``Result[T, E]`` of the ``returns`` library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from funsies.core.encoding.anything import AnyNode
from funsies.core.encoding.node import Json, Node, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from funsies.core.encoding.describe import Scope


class ResultNode(Node):
    """A ``Success`` or a ``Failure``."""

    shapes: frozenset[str] = frozenset({"$success", "$failure"})

    def __init__(self, success: Node, failure: Node) -> None:
        self.success = success
        self.failure = failure
        self.label: str = f"Result[{success.label}, {failure.label}]"
        self._library: Any = sys.modules["returns.result"]
        self.accepts: frozenset[type] | None = frozenset(
            {self._library.Success, self._library.Failure}
        )

    def encode(self, value: object) -> Json:
        """Write which of the two it is, and what it holds."""
        if isinstance(value, self._library.Success):
            return {"$success": self._encode_part(self.success, value.unwrap())}
        if isinstance(value, self._library.Failure):
            return {"$failure": self._encode_part(self.failure, value.failure())}
        return self.refuse(value)

    def _encode_part(self, node: Node, value: object) -> Json:
        try:
            return node.encode(value)
        except Refused as refusal:
            raise refusal.at(".success" if node is self.success else ".failure") from None

    def decode(self, raw: Json) -> object:
        """Read which of the two it is, and what it holds."""
        if type(raw) is dict and raw.keys() == {"$success"}:
            return self._library.Success(self.success.decode(raw["$success"]))
        if type(raw) is dict and raw.keys() == {"$failure"}:
            return self._library.Failure(self.failure.decode(raw["$failure"]))
        return self.refuse_json(raw)

    def children(self) -> tuple[Node, ...]:
        """The types of what the two hold."""
        return (self.success, self.failure)

    def describe(self, scope: Scope) -> str:
        """Write ``Result[T, E]``."""
        return f"Result[{self.success.describe(scope)}, {self.failure.describe(scope)}]"


def result_node(
    kind: type, arguments: tuple[object, ...], compile_at: Callable[[object, str], Node]
) -> Node | None:
    """Compile a ``Result``; None if the class is not that."""
    library = sys.modules.get("returns.result")
    if library is None or kind not in (library.Result, library.Success, library.Failure):
        return None
    names = {library.Success: (".success",), library.Failure: (".failure",)}
    steps = names.get(kind, (".success", ".failure"))
    found = {step: compile_at(one, step) for step, one in zip(steps, arguments, strict=False)}
    return ResultNode(found.get(".success", AnyNode()), found.get(".failure", AnyNode()))
