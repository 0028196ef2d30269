"""Reading JSON that was written as a type which is not known here."""

from __future__ import annotations

from typing import Any

from funsies.core.encoding.anything import AnyNode, decode_any
from funsies.core.encoding.encoding import Encoding
from funsies.core.encoding.kinds import Kinds
from funsies.core.encoding.node import TAG, TYPE, Json, Refused


class UnknownNode(AnyNode):
    """A type that is not known: plain values come back, the rest is the JSON that it is."""

    def decode(self, raw: Json) -> object:
        """Read a JSON value, whatever it was written as."""
        try:
            return decode_any(raw)
        except Refused:
            return self._decode_parts(raw)

    def _decode_parts(self, raw: Json) -> object:
        if type(raw) is list:
            return [self.decode(item) for item in raw]
        if type(raw) is not dict:
            return raw
        if raw.keys() in ({TAG, "value"}, {TYPE, "value"}):
            return self.decode(raw["value"])
        return {key: self.decode(item) for key, item in raw.items()}


def encoding_of_unknown() -> Encoding[Any]:
    """What a value that was written as an unknown type is read with."""
    return Encoding(Any, UnknownNode(), {}, Kinds(is_lenient=True))
