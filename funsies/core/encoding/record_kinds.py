"""Other classes with fields than dataclasses, each made in its own way."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from funsies.core.encoding.bulk import are_all
from funsies.core.encoding.keys import read_text_object, text_object
from funsies.core.encoding.node import OBJECT, Node
from funsies.core.encoding.parts import Json
from funsies.core.encoding.record_node import RecordField, RecordNode
from funsies.core.encoding.refusal import ValueRefused, show_key

if TYPE_CHECKING:
    from collections.abc import Sequence


class AttrsNode(RecordNode):
    """A class made by attrs."""

    family = "attrs"
    _is_json = False

    def build(self, values: dict[str, object]) -> object:
        """Make an object that has these values, and no hash yet if it caches its hash."""
        made = super().build(values)
        if hasattr(self.kind, "_attrs_cached_hash"):
            object.__setattr__(made, "_attrs_cached_hash", None)
        return made

    def build_all(self, columns: list[list[Any]]) -> list[Any]:
        """Make objects one by one."""
        return _build_each(self, columns)


class NamedTupleNode(RecordNode):
    """A named tuple."""

    family = "namedtuple"
    _is_json = False

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write objects; one by one if there may be a tuple of another length."""
        lengths = set(map(tuple.__len__, values)) if are_all(self.kind, values) else {-1}
        is_plain = lengths <= {len(self.names)}
        return super().encode_all(values) if is_plain else Node.encode_all(self, values)

    def check_state(self, value: object) -> None:
        """Refuse a tuple that has other items than its fields, as ``platform.uname()`` has."""
        super().check_state(value)
        assert isinstance(value, tuple)  # noqa: S101  (its class is one)
        if tuple.__len__(value) != len(self.names):
            raise ValueRefused(
                f"this {self.label} has other items than its fields; pass dict(it._asdict())"
            )

    def build(self, values: dict[str, object]) -> object:
        """Make a tuple of the values."""
        return tuple.__new__(self.kind, values.values())

    def build_all(self, columns: list[list[Any]]) -> list[Any]:
        """Make tuples of the values."""
        return list(map(partial(tuple.__new__, self.kind), zip(*columns, strict=True)))


class StructNode(RecordNode):
    """A ``msgspec.Struct``."""

    family = "struct"
    _is_json = False

    def build(self, values: dict[str, object]) -> object:
        """Make a struct that has these values; what ``__post_init__`` changed is put back."""
        made = self.kind(**values)
        if hasattr(self.kind, "__post_init__"):
            for name, value in values.items():
                msgspec.structs.force_setattr(made, name, value)
        result: object = made
        return result

    def build_all(self, columns: list[list[Any]]) -> list[Any]:
        """Make structs one by one."""
        return _build_each(self, columns)


class PydanticNode(RecordNode):
    """A pydantic model: the fields, and which of them were given."""

    family = "pydantic"
    _GIVEN = "$given"

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Encode one by one: which fields were given differs from one to the next."""
        return Node.encode_all(self, values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Decode one by one, likewise."""
        return Node.decode_all(self, raws)

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        result = super().encode(value)
        assert isinstance(result, dict)  # noqa: S101  (what RecordNode writes)
        if getattr(value, "__pydantic_extra__", None) or getattr(
            value, "__pydantic_private__", None
        ):
            raise ValueRefused(
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


def _build_each(node: RecordNode, columns: list[list[Any]]) -> list[Any]:
    names = [field.name for field in node.fields]
    return [
        node.build(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)
    ]


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

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Encode one by one: which keys there are differs from one to the next."""
        return Node.encode_all(self, values)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Decode one by one, likewise."""
        return Node.decode_all(self, raws)

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not dict:
            self.refuse(value)
        self._check_keys(value.keys())
        name = ""
        result: dict[str, Json] = {}
        try:
            for name, part in value.items():
                result[name] = self._encoder_of[name](part)
        except ValueRefused as refusal:
            raise refusal.at(f"[{name!a}]") from None
        return text_object(result)

    def _check_keys(self, keys: object) -> None:
        assert isinstance(keys, type({}.keys()))  # noqa: S101  (from a dict)
        missing = [
            field.name for field in self.fields if field.is_required and field.name not in keys
        ]
        if missing:
            raise ValueRefused(
                f"expected {self.label}, got a dict without the key {missing[0]!a}"
            )
        if not keys <= self.names:
            unknown = min(map(show_key, keys - self.names))
            raise ValueRefused(
                f"expected {self.label}, got a dict with the further key {unknown}"
            )
        if not are_all(str, keys):
            raise ValueRefused(
                f"expected {self.label}, got keys that are no mere texts: pass str(key)"
            )

    def decode(self, raw: Json) -> object:
        """Read an object."""
        found = read_text_object(raw)
        if found is None:
            self.refuse_json(raw)
        required = {field.name for field in self.fields if field.is_required}
        if not required <= found.keys() <= self.names:
            self.refuse_fields(found)
        name = ""
        values: dict[str, object] = {}
        try:
            for name, part in found.items():
                values[name] = self._decoder_of[name](part)
        except ValueRefused as refusal:
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
