"""``TypedDict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funsies.core.encoding.node import OBJECT, Json, Node, Refused, show_key
from funsies.core.encoding.pairs import read_text_object, text_object
from funsies.core.encoding.plain import are_all
from funsies.core.encoding.records import RecordField, RecordNode

if TYPE_CHECKING:
    from collections.abc import Sequence


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
        except Refused as refusal:
            raise refusal.at(f"[{name!a}]") from None
        return text_object(result)

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
        if not are_all(str, keys):
            raise Refused(
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
