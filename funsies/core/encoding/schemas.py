"""``DataFrame[Schema]`` of pandera: frames that a schema accepts, as they are."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.constraints import ConstrainedNode
from funsies.core.encoding.node import CannotEncode, Node, Refused, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from funsies.core.encoding.describe import Scope

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
        super().__init__(inner, ())
        self.kind = kind
        self.schema = schema
        self.label: str = f"{inner.label}[{type_name(schema)}]"

    def encode(self, value: object) -> object:
        """Write the frame, if the schema accepts it."""
        return super().encode(self._plain(value))

    def _plain(self, value: object) -> object:
        """The frame, of the library's own class: pandera's says no more than the schema."""
        is_own = type(value).__module__.partition(".")[0] == _LIBRARY
        return self.kind(value) if is_own and isinstance(value, self.kind) else value

    def _check(self, value: object) -> None:
        if problem := self._problem(value):
            raise Refused(f"expected {self.label}, {problem}")

    def _problem(self, frame: Any) -> str:
        """Why the schema does not accept a frame as it is; "" if it does."""
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

    def describe(self, scope: Scope) -> str:
        """Write the class and the name of the schema, whose code counts as that of classes."""
        return f"{self.inner.describe(scope)}[{type_name(self.schema)}]"

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
        raise CannotEncode(
            f"{type_name(kind)}[{arguments[0]}]",
            f"annotate it as {type_name(library_class)}, or name a schema: DataFrame[Schema]",
        )
    return SchemaNode(inner, library_class, arguments[0])
