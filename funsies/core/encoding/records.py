"""Classes with named fields: a JSON object with exactly these fields.

Objects are rebuilt without calling their ``__init__``: so the state of fields with
``init=False`` comes back, and nothing is computed, checked or converted a second time.
(Only a ``msgspec.Struct`` cannot be made without its ``__post_init__``.)
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

import msgspec

from funsies.core.encoding.node import OBJECT, TYPE, Json, Node, Refused, show_key, type_name
from funsies.core.encoding.pairs import read_text_pairs, text_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from funsies.core.encoding.describe import Scope

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
        except Refused as refusal:
            raise refusal.at(f".{name}") from None
        except AttributeError:
            raise Refused(f"the field {name} of this {self.label} was never set") from None
        return result

    def check_state(self, value: object) -> None:
        """Refuse a value that carries more than its fields, for that would be lost."""
        if self._has_dict and not vars(value).keys() <= self.names:
            self._refuse_state(vars(value))

    def _refuse_state(self, state: Mapping[str, object]) -> None:
        for name in state.keys() - self.names - _HARMLESS_STATE:
            if not isinstance(getattr(self.kind, name, None), cached_property):
                raise Refused(
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
        except Refused as refusal:
            raise refusal.at(f".{name}") from None
        return self.build(values)

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
        raise Refused(
            f"expected the JSON of {self.label}, found an object that {' and '.join(found)}"
        )

    def build(self, values: dict[str, object]) -> object:
        """Make an object of the class that has these values."""
        made: object = object.__new__(self.kind)
        for name, value in values.items():
            object.__setattr__(made, name, value)
        return made

    def children(self) -> tuple[Node, ...]:
        """The types of the fields."""
        return tuple(field.node for field in self.fields)

    def signature(self) -> str:
        """The names of the fields."""
        return f"{self.label}({', '.join(sorted(self.names))})"

    def describe(self, scope: Scope) -> str:
        """Write the name of the class."""
        return scope.mention(self)

    def define(self, scope: Scope, name: str) -> str:
        """Write the fields with their types."""
        fields = ", ".join(_describe_field(field, scope) for field in self.fields)
        return f"{self.family} {name}({fields})"

    def admits(self, value: object) -> bool:
        """True for objects of the class whose fields fit, and for those of subclasses."""
        if type(value) is not self.kind:
            return isinstance(value, self.kind)
        return all(field.node.admits(getattr(value, field.name, None)) for field in self.fields)


def _describe_field(field: RecordField, scope: Scope) -> str:
    optional = "" if field.is_required else "?"
    default = " = ..." if field.has_default else ""
    return f"{field.name}{optional}: {field.node.describe(scope)}{default}"


class AttrsNode(RecordNode):
    """A class made by attrs."""

    family = "attrs"

    def build(self, values: dict[str, object]) -> object:
        """Make an object that has these values, and no hash yet if it caches its hash."""
        made = super().build(values)
        if hasattr(self.kind, "_attrs_cached_hash"):
            object.__setattr__(made, "_attrs_cached_hash", None)
        return made


class NamedTupleNode(RecordNode):
    """A named tuple."""

    family = "namedtuple"

    def build(self, values: dict[str, object]) -> object:
        """Make a tuple of the values."""
        return tuple.__new__(self.kind, values.values())


class StructNode(RecordNode):
    """A ``msgspec.Struct``."""

    family = "struct"

    def build(self, values: dict[str, object]) -> object:
        """Make a struct that has these values; what ``__post_init__`` changed is put back."""
        made = self.kind(**values)
        if hasattr(self.kind, "__post_init__"):
            for name, value in values.items():
                msgspec.structs.force_setattr(made, name, value)
        result: object = made
        return result


class PydanticNode(RecordNode):
    """A pydantic model: the fields, and which of them were given."""

    family = "pydantic"
    _GIVEN = "$given"

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        result = super().encode(value)
        assert isinstance(result, dict)  # noqa: S101  (what RecordNode writes)
        if getattr(value, "__pydantic_extra__", None) or getattr(
            value, "__pydantic_private__", None
        ):
            raise Refused(
                f"this {self.label} has extra or private attributes, which would be lost"
            )
        given = getattr(value, "__pydantic_fields_set__", self.names)
        return result if given == self.names else {**result, self._GIVEN: sorted(given)}

    def decode(self, raw: Json) -> object:
        """Read an object."""
        if type(raw) is not dict or self._GIVEN not in raw:
            return super().decode(raw)
        given = raw[self._GIVEN]
        if type(given) is not list or not self.names.issuperset(given):
            self.refuse_json(raw)
        made = super().decode({name: part for name, part in raw.items() if name != self._GIVEN})
        object.__setattr__(made, "__pydantic_fields_set__", set(given))
        return made

    def build(self, values: dict[str, object]) -> object:
        """Make a model that has these values."""
        kind: Any = self.kind
        made: object = kind.__new__(kind)
        object.__setattr__(made, "__dict__", values)
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


class TypedDictNode(RecordNode):
    """A ``TypedDict``: exactly the keys that it names, in the order of the value."""

    family = "typeddict"
    shapes: frozenset[str] = frozenset({OBJECT, "$dict"})

    def __init__(
        self, kind: type, names: Sequence[str], arguments: Sequence[Node] = ()
    ) -> None:
        super().__init__(kind, names, arguments)
        self.accepts: frozenset[type] | None = frozenset({dict})

    def fill(self, fields: Sequence[RecordField]) -> None:
        """Give the keys their types."""
        super().fill(fields)
        self._encoder_of = dict(self._encoders)
        self._decoder_of = dict(self._decoders)

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not dict:
            self.refuse(value)
        self._check_keys(value.keys())
        name = ""
        pairs: list[tuple[str, Json]] = []
        try:
            for name, part in value.items():
                pairs.append((name, self._encoder_of[name](part)))
        except Refused as refusal:
            raise refusal.at(f"[{name!a}]") from None
        return text_pairs(pairs)

    def _check_keys(self, keys: object) -> None:
        assert isinstance(keys, type({}.keys()))  # noqa: S101  (from a dict)
        missing = [
            field.name for field in self.fields if field.is_required and field.name not in keys
        ]
        if missing:
            raise Refused(f"expected {self.label}, got a dict without the key {missing[0]!a}")
        if not keys <= self.names:
            unknown = min(map(show_key, keys - self.names))
            raise Refused(f"expected {self.label}, got a dict with the further key {unknown}")

    def decode(self, raw: Json) -> object:
        """Read an object."""
        pairs = read_text_pairs(raw)
        if pairs is None:
            self.refuse_json(raw)
        found = dict(pairs)
        required = {field.name for field in self.fields if field.is_required}
        if not required <= found.keys() <= self.names:
            self.refuse_fields(found)
        name = ""
        values: dict[str, object] = {}
        try:
            for name, part in pairs:
                values[name] = self._decoder_of[name](part)
        except Refused as refusal:
            raise refusal.at(f"[{name!a}]") from None
        return values

    def admits(self, value: object) -> bool:
        """True for dicts with these keys whose values fit."""
        return isinstance(value, dict) and all(
            field.node.admits(value[field.name])
            if field.name in value
            else not field.is_required
            for field in self.fields
        )
