"""Types of which not all values are allowed, by ``msgspec.Meta`` or by a schema of pandera."""

from __future__ import annotations

import copyreg
import operator
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import msgspec

from funsies.core.encoding.node import CompositeNode, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, show, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


class ConstrainedNode(CompositeNode):
    """A type of which not all values are allowed."""

    def __init__(self, inner: Node) -> None:
        super().__init__(inner)
        self.inner = inner
        self.accepts: frozenset[type] | None = inner.accepts
        self.shapes: frozenset[str] = inner.shapes
        self.rank: int = inner.rank

    def problem(self, value: Any) -> str:
        """Why a value of the type is not allowed; "" if it is."""
        raise NotImplementedError

    def encode(self, value: object) -> Json:
        """Write the value as its type does, if it is allowed."""
        raw = self.inner.encode(value)
        return self._checked(value, raw)

    def decode(self, raw: Json) -> object:
        """Read the value as its type does, if it is allowed."""
        value = self.inner.decode(raw)
        return self._checked(value, value)

    def _checked(self, value: object, result: Json) -> Json:
        if problem := self.problem(value):
            raise ValueRefused(problem)
        return result

    def layouts(self) -> tuple[Layout, ...]:
        """Those of the type."""
        return self.inner.layouts()


class BoundedNode(ConstrainedNode):
    """A type with bounds, patterns and the like for its values.

    Args:
        inner: the type.
        constraints: names of :class:`msgspec.Meta`, and what it says.
    """

    def __init__(self, inner: Node, constraints: Sequence[tuple[str, object]]) -> None:
        self._constraints = constraints
        super().__init__(inner)

    def written(self, parts: Sequence[str]) -> str:
        """Write the type and its constraints."""
        told = (f"{name}={_plain(bound)!a}" for name, bound in self._constraints)
        return f"Annotated[{', '.join([*parts, *told])}]"

    def problem(self, value: Any) -> str:
        """Which constraint the value breaks."""
        for name, bound in self._constraints:
            try:
                is_kept = _CHECKS[name](value, bound)
            except TypeError:
                is_kept = False
            if not is_kept:
                return f"{show(value)} breaks the constraint {name}={bound!a} of its annotation"
        return ""


def constrained(inner: Node, metadata: Sequence[object]) -> Node:
    """Add the constraints among the metadata of an annotation; other metadata mean nothing."""
    constraints = [
        (name, bound)
        for meta in metadata
        if isinstance(meta, msgspec.Meta)
        for name in _CHECKS
        if (bound := getattr(meta, name)) is not None
    ]
    return BoundedNode(inner, constraints) if constraints else inner


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


_LIBRARY: Final = "pandera"
_TOLD_PROBLEMS: Final = 5
_TOLD_CHARACTERS: Final = 200


class SchemaNode(ConstrainedNode):
    """Frames of a library that a schema accepts.

    Args:
        inner: the class of the frames, compiled.
        kind: that class.
        schema: the class of the user's that says what is accepted.
    """

    def __init__(self, inner: Node, kind: type, schema: Any) -> None:
        self.kind = kind
        self.schema = schema
        super().__init__(inner)

    def written(self, parts: Sequence[str]) -> str:
        """Write the class and the name of the schema, whose code counts as that of classes."""
        return f"{parts[0]}[{type_name(self.schema)}]"

    def encode(self, value: object) -> object:
        """Write the frame, if the schema accepts it."""
        return super().encode(self._plain(value))

    def _plain(self, value: object) -> object:
        """The frame, of the library's own class: pandera's says no more than the schema."""
        is_own = type(value).__module__.partition(".")[0] == _LIBRARY
        return self.kind(value) if is_own and isinstance(value, self.kind) else value

    def problem(self, value: Any) -> str:
        """Why the schema does not accept a frame as it is."""
        problem = self._problem(value)
        return f"expected {self.label}, {problem}" if problem else ""

    def _problem(self, frame: Any) -> str:
        errors: Any = _errors()
        name = type_name(self.schema)
        try:
            accepted = self.schema.validate(frame, lazy=True)
        except errors.SchemaErrors as problem:
            told = [_short(str(each)) for each in problem.schema_errors[:_TOLD_PROBLEMS]]
            return f"which the frame is not: {'; '.join(told)}"
        except errors.SchemaError as problem:
            return f"which the frame is not: {_short(str(problem))}"
        if _is_same(frame, accepted):
            return ""
        return (
            f"but {name} changes the frame (coerce, or a parser, does), and nothing is changed "
            f"on the way; give {name}.validate(frame), which is as {name} wants it"
        )

    def admits(self, value: object) -> bool:
        """True for frames that the schema accepts."""
        return self.inner.admits(value) and not self._problem(self._plain(value))

    def clashes(self, produced: Node) -> bool:
        """True if a column is of two data types, or is missing from a strict schema."""
        return isinstance(produced, SchemaNode) and any(
            _columns_clash(self.schema.to_schema(), produced.schema.to_schema())
        )

    def signature(self) -> str:
        """Tell schemas of one name apart."""
        return f"{self.label} {self.schema.__module__}"


def _short(text: str) -> str:
    return text if len(text) <= _TOLD_CHARACTERS else f"{text[:_TOLD_CHARACTERS]}..."


def _errors() -> Any:
    return import_module("pandera.errors")  # no statement: checkers would look for its types


def _is_same(one: Any, other: Any) -> bool:
    return bool(one.equals(other)) and _types_in(one) == _types_in(other)


def _types_in(frame: Any) -> tuple[list[str], str]:
    index = getattr(frame, "index", None)
    return [str(each) for each in frame.dtypes], str(getattr(index, "dtype", ""))


def _columns_clash(wanted: Any, given: Any) -> Iterator[bool]:
    for name, column in wanted.columns.items():
        known = given.columns.get(name)
        if known is None:
            yield bool(column.required and given.strict is True)
        elif column.required and known.required:
            both = (column.dtype, known.dtype)
            yield None not in both and str(both[0]) != str(both[1])


def schema_node(
    kind: type, arguments: tuple[object, ...], compile_inner: Callable[[object], Node]
) -> Node | None:
    """Compile a class of pandera's for frames; None if that is none.

    Args:
        kind: the class.
        arguments: the schema, if there is one.
        compile_inner: compiles the class of the library.
    """
    if not kind.__module__.startswith(f"{_LIBRARY}.typing"):
        return None
    own = (each for each in kind.__mro__ if not each.__module__.startswith(_LIBRARY))
    library_class = next(own)
    inner = compile_inner(library_class)
    if not arguments:
        return inner
    if not hasattr(arguments[0], "to_schema"):
        raise TypeRefused(
            f"{type_name(kind)}[{arguments[0]}]",
            f"annotate it as {type_name(library_class)}, or name a schema: DataFrame[Schema]",
        )
    return SchemaNode(inner, library_class, arguments[0])
