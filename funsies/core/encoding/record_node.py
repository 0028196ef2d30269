"""Classes with named fields: a JSON object with exactly these fields.

Objects are rebuilt without calling their ``__init__``: so the state of fields with
``init=False`` comes back, and nothing is computed, checked or converted a second time.
(Only a ``msgspec.Struct`` cannot be made without its ``__post_init__``.)
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, NoReturn

from funsies.core.encoding.bulk import (
    by_columns,
    columns_of_dicts,
    columns_of_objects,
    has_own_access,
    make_objects,
)
from funsies.core.encoding.node import OBJECT, TYPE, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, show_key, type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from funsies.core.encoding.node import ClassDefinitions

_HARMLESS_STATE: Final = frozenset({"__orig_class__", "_attrs_cached_hash"})


class RecordField(NamedTuple):
    """A field of a class.

    Attributes:
        name: its name.
        node: its type.
        has_default: True if the class can be made without it.
        is_required: False for keys that a TypedDict may lack.
    """

    name: str
    node: Node
    has_default: bool = False
    is_required: bool = True


class RecordNode(Node):
    """A class with fields, made in two steps, since its fields may mention the class.

    Attributes:
        family: what kind of class it is, in one word.
        kind: the class.
        arguments: the class's type arguments.
    """

    shapes: frozenset[str] = frozenset({OBJECT})
    family = "dataclass"
    is_named = True
    _is_json: ClassVar[bool] = True
    """True if objects with plain fields are written as they are."""

    def __init__(
        self, kind: type, names: Sequence[str], arguments: Sequence[Node] = ()
    ) -> None:
        self.kind = kind
        self.names: frozenset[str] = frozenset(names)
        self.arguments: tuple[Node, ...] = tuple(arguments)
        labels = ", ".join(argument.label for argument in arguments)
        self.label: str = f"{type_name(kind)}[{labels}]" if labels else type_name(kind)
        self.accepts: frozenset[type] | None = frozenset({kind})
        self.fields: tuple[RecordField, ...] = ()
        self._has_dict = kind.__dictoffset__ != 0

    def fill(self, fields: Sequence[RecordField]) -> None:
        """Give the fields their types."""
        self.fields = tuple(fields)
        self._encoders = tuple((field.name, field.node.encode) for field in fields)
        self._decoders = tuple((field.name, field.node.decode) for field in fields)
        self._names = [field.name for field in fields]
        self._steps = [f".{name}" for name in self._names]

    def is_same(self, other: Node) -> bool:
        """True of the same class; ``Box[int | float]`` is the same as ``Box[float]``."""
        if not isinstance(other, RecordNode) or self.kind is not other.kind:
            return False
        pairs = zip(self.arguments, other.arguments, strict=True)
        return all(mine.is_same(theirs) for mine, theirs in pairs)

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        self.check_state(value)
        result: dict[str, Json] = {}
        name = ""
        try:
            for name, encode in self._encoders:
                result[name] = encode(getattr(value, name))
        except ValueRefused as refusal:
            raise refusal.at(f".{name}") from None
        except AttributeError:
            raise ValueRefused(f"the field {name} of this {self.label} was never set") from None
        return result

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write objects."""
        columns = [] if self._is_alone else columns_of_objects(self.kind, self._names, values)
        if not columns:
            return super().encode_all(values)
        acts = [field.node.encode_all for field in self.fields]
        encoded = by_columns(acts, columns, self._steps)
        if encoded is columns and self._is_json:
            return values
        return [dict(zip(self._names, row, strict=True)) for row in zip(*encoded, strict=True)]

    def check_state(self, value: object) -> None:
        """Refuse a value that carries more than its fields, for that would be lost."""
        if self._has_dict and not vars(value).keys() <= self.names:
            self._refuse_state(vars(value))

    def _refuse_state(self, state: Mapping[str, object]) -> None:
        for name in state.keys() - self.names - _HARMLESS_STATE:
            if not isinstance(getattr(self.kind, name, None), cached_property):
                raise ValueRefused(
                    f"this {self.label} has an attribute {name} that is not one of its fields "
                    "and would be lost; declare it as a field"
                )

    def decode(self, raw: Json) -> object:
        """Read an object."""
        if type(raw) is not dict or raw.keys() != self.names:
            return self._decode_other_fields(raw)
        values: dict[str, object] = {}
        name = ""
        try:
            for name, decode in self._decoders:
                values[name] = decode(raw[name])
        except ValueRefused as refusal:
            raise refusal.at(f".{name}") from None
        return self.build(values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read objects."""
        columns = [] if self._is_alone else columns_of_dicts(self._names, raws)
        if not columns:
            return super().decode_all(raws)
        acts = [field.node.decode_all for field in self.fields]
        return self.build_all(by_columns(acts, columns, self._steps))

    @cached_property
    def _is_alone(self) -> bool:
        """True if objects must be written one by one.

        Objects that hold others of their class may hold themselves, and then columns would
        never end; and a class may have its own way to the values of its fields.
        """
        is_recursive = any(self in part.children() for part in self.parts())
        return is_recursive or has_own_access(self.kind, self._names)

    def _decode_other_fields(self, raw: Json) -> object:
        if type(raw) is dict and TYPE in raw:
            return self.decode_other(raw)
        return self.refuse_fields(raw)

    def refuse_fields(self, raw: Json) -> NoReturn:
        """Say which fields are missing, and which are not known."""
        if type(raw) is not dict:
            self.refuse_json(raw)
        required = {field.name for field in self.fields if field.is_required}
        missing, unknown = sorted(required - raw.keys()), sorted(raw.keys() - self.names)[:3]
        found = [f"lacks {', '.join(missing)}"] * bool(missing)
        found += [f"also has {', '.join(map(show_key, unknown))}"] * bool(unknown)
        raise ValueRefused(
            f"expected the JSON of {self.label}, found an object that {' and '.join(found)}"
        )

    def build(self, values: dict[str, object]) -> object:
        """Make an object of the class that has these values."""
        made: object = object.__new__(self.kind)
        for name, value in values.items():
            object.__setattr__(made, name, value)
        return made

    def build_all(self, columns: list[list[Any]]) -> list[Any]:
        """Make objects of the class that have these values."""
        return make_objects(self.kind, self._names, columns)

    def children(self) -> tuple[Node, ...]:
        """The types of the fields."""
        return tuple(field.node for field in self.fields)

    def signature(self) -> str:
        """The names of the fields."""
        return f"{self.label}({', '.join(sorted(self.names))})"

    def define(self, classes: ClassDefinitions, name: str) -> str:
        """Write the fields with their types."""
        fields = ", ".join(_describe_field(field, classes) for field in self.fields)
        return f"{self.family} {name}({fields})"

    def admits(self, value: object) -> bool:
        """True for objects of the class whose fields fit, and for those of subclasses."""
        if type(value) is not self.kind:
            return isinstance(value, self.kind)
        return all(field.node.admits(getattr(value, field.name, None)) for field in self.fields)


def _describe_field(field: RecordField, classes: ClassDefinitions) -> str:
    optional = "" if field.is_required else "?"
    default = " = ..." if field.has_default else ""
    return f"{field.name}{optional}: {field.node.describe(classes)}{default}"
