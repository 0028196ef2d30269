"""``Annotated[T, msgspec.Meta(...)]``: constraints are checked when a value is stored."""

from __future__ import annotations

import copyreg
import operator
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from funsies.core.encoding.node import Json, Node, Refused, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funsies.core.encoding.describe import Scope
    from funsies.core.encoding.layouts import Layout


def _is_multiple(value: Any, step: Any) -> bool:
    return bool(value % step == 0)


def _matches(value: Any, pattern: Any) -> bool:
    return re.search(pattern, value) is not None


def _is_long_enough(value: Any, length: Any) -> bool:
    return bool(len(value) >= length)


def _is_short_enough(value: Any, length: Any) -> bool:
    return bool(len(value) <= length)


def _has_zone(value: Any, wanted: Any) -> bool:
    return bool((value.tzinfo is not None) == wanted)


_CHECKS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "multiple_of": _is_multiple,
    "pattern": _matches,
    "min_length": _is_long_enough,
    "max_length": _is_short_enough,
    "tz": _has_zone,
}


class ConstrainedNode(Node):
    """A type of which not all values are allowed."""

    def __init__(self, inner: Node, constraints: Sequence[tuple[str, object]]) -> None:
        self.inner = inner
        self.constraints = constraints
        self._text = ", ".join(f"{name}={_plain(bound)!a}" for name, bound in constraints)
        self.label: str = f"Annotated[{inner.label}, {self._text}]"
        self.accepts: frozenset[type] | None = inner.accepts
        self.shapes: frozenset[str] = inner.shapes
        self.rank: int = inner.rank

    def encode(self, value: object) -> Json:
        """Write the value as its type does, if it keeps to the constraints."""
        raw = self.inner.encode(value)
        self._check(value)
        return raw

    def decode(self, raw: Json) -> object:
        """Read the value as its type does, if it keeps to the constraints."""
        value = self.inner.decode(raw)
        self._check(value)
        return value

    def _check(self, value: object) -> None:
        for name, bound in self.constraints:
            try:
                is_kept = _CHECKS[name](value, bound)
            except TypeError:
                is_kept = False
            if not is_kept:
                raise Refused(
                    f"{show(value)} breaks the constraint {name}={bound!a} of its annotation"
                )

    def children(self) -> tuple[Node, ...]:
        """The type without constraints."""
        return (self.inner,)

    def describe(self, scope: Scope) -> str:
        """Write the type and its constraints."""
        return f"Annotated[{self.inner.describe(scope)}, {self._text}]"

    def layouts(self) -> tuple[Layout, ...]:
        """Those of the type."""
        return self.inner.layouts()


def constrained(inner: Node, metadata: Sequence[object]) -> Node:
    """Add the constraints among the metadata of an annotation; other metadata mean nothing."""
    constraints = [
        (name, bound)
        for meta in metadata
        if isinstance(meta, msgspec.Meta)
        for name in _CHECKS
        if (bound := getattr(meta, name)) is not None
    ]
    return ConstrainedNode(inner, constraints) if constraints else inner


_META_FIELDS: Final = (
    *_CHECKS,
    "title",
    "description",
    "examples",
    "extra_json_schema",
    "extra",
)


def _reduce_meta(meta: msgspec.Meta) -> tuple[Callable[..., msgspec.Meta], tuple[object]]:
    fields = {name: getattr(meta, name) for name in _META_FIELDS}
    return _rebuild_meta, ({name: one for name, one in fields.items() if one is not None},)


def _rebuild_meta(fields: dict[str, Any]) -> msgspec.Meta:
    return msgspec.Meta(**fields)


copyreg.pickle(msgspec.Meta, _reduce_meta)
"""msgspec does not do it; without it no class with constraints could travel to a worker."""


def _plain(bound: object) -> object:
    """Write 1 and 1.0 alike, for annotations that differ by no more are equal."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
