"""Dicts and their kin. They keep their order, which is part of the bytes.

A function that iterates over a dict sees its order, so two dicts that differ in nothing else
are two values, although they are equal. They would share an address otherwise, and the second
would be given what was computed from the first.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from typing import TYPE_CHECKING, Final

from funsies.core.encoding.anything import AnyNode
from funsies.core.encoding.node import (
    ARRAY,
    OBJECT,
    Json,
    Node,
    Refused,
    check_key,
    show,
    show_key,
    special_form,
)
from funsies.core.encoding.pairs import read_text_pairs, text_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from funsies.core.encoding.describe import Scope

_FACTORIES: Final[dict[str, Callable[[], object] | None]] = {
    "None": None,
    **{kind.__name__: kind for kind in (bool, int, float, complex, str, bytes)},
    **{kind.__name__: kind for kind in (list, tuple, dict, set, frozenset)},
}


def _at_key(refusal: Refused, key: object) -> Refused:
    return refusal.at(f"[{show_key(key)}]")


class MappingNode(Node):
    """A mapping from K to V; texts as keys make a JSON object, others an array of pairs."""

    kind: type = dict

    def __init__(self, key: Node, value: Node) -> None:
        self.key = key
        self.value = value
        self.label: str = f"{self.kind.__name__}[{key.label}, {value.label}]"
        self.accepts: frozenset[type] | None = frozenset({self.kind})

    def children(self) -> tuple[Node, ...]:
        """The types of keys and values."""
        return (self.key, self.value)

    def describe(self, scope: Scope) -> str:
        """Write ``dict[K, V]``."""
        return f"{self.kind.__name__}[{self.key.describe(scope)}, {self.value.describe(scope)}]"

    def admits(self, value: object) -> bool:
        """True for mappings whose keys and values may stand where K and V are asked for."""
        return (
            isinstance(value, dict)
            and isinstance(value, self.kind)
            and all(map(self.key.admits, value))
            and all(map(self.value.admits, value.values()))
        )

    def encode_pairs(self, items: Iterable[tuple[object, object]]) -> list[Json]:
        """Encode pairs in the order given."""
        return [self._encode_pair(key, value) for key, value in items]

    def _encode_pair(self, key: object, value: object) -> Json:
        try:
            raw_key = self.key.encode(key)
        except Refused as refusal:
            raise refusal.at("{key}") from None
        check_key(key, raw_key)
        try:
            return [raw_key, self.value.encode(value)]
        except Refused as refusal:
            raise _at_key(refusal, key) from None

    def decode_pairs(self, raw: Json) -> dict[object, object]:
        """Decode pairs in the order given."""
        if type(raw) is not list:
            self.refuse_json(raw)
        result = dict(map(self._decode_pair, raw))
        if len(result) != len(raw):
            raise Refused(f"expected {self.label}, found the same key twice")
        return result

    def _decode_pair(self, pair: Json) -> tuple[object, object]:
        if type(pair) is not list or len(pair) != 2:  # noqa: PLR2004  (key, value)
            raise Refused(f"expected a pair of key and value, found {show(pair)}")
        key = self.key.decode(pair[0])
        try:
            return key, self.value.decode(pair[1])
        except Refused as refusal:
            raise _at_key(refusal, key) from None


class PairsDictNode(MappingNode):
    """``dict[K, V]`` with keys that are no texts: an array of pairs."""

    shapes: frozenset[str] = frozenset({ARRAY})
    rank = 0

    def encode(self, value: object) -> Json:
        """Write an array of pairs."""
        if type(value) is not dict:
            return self.encode_other(value)
        return self.encode_pairs(value.items())

    def decode(self, raw: Json) -> object:
        """Read an array of pairs."""
        return self.decode_pairs(raw) if type(raw) is list else self.decode_other(raw)


class TextDictNode(MappingNode):
    """``dict[str, V]``: a JSON object."""

    shapes: frozenset[str] = frozenset({OBJECT, "$dict"})
    rank = 0

    def encode(self, value: object) -> Json:
        """Write an object."""
        if type(value) is not dict:
            return self.encode_other(value)
        if not {str}.issuperset(map(type, value)):
            self._refuse_keys(value)
        encode = self.value.encode
        pairs: list[tuple[str, Json]] = []
        key = ""
        try:
            for key, part in value.items():
                pairs.append((key, encode(part)))
        except Refused as refusal:
            raise _at_key(refusal, key) from None
        return text_pairs(pairs)

    def _refuse_keys(self, value: dict[object, object]) -> None:
        key = next(key for key in value if type(key) is not str)
        raise Refused(f"expected {self.label}, got {show(key)} as a key")

    def decode(self, raw: Json) -> object:
        """Read an object."""
        pairs = read_text_pairs(raw)
        if pairs is None:
            return self.decode_other(raw)
        decode = self.value.decode
        result: dict[object, object] = {}
        key = ""
        try:
            for key, part in pairs:
                result[key] = decode(part)
        except Refused as refusal:
            raise _at_key(refusal, key) from None
        return result


class AnyDictNode(MappingNode):
    """``dict`` of what may be anything: each part says itself what it is."""

    shapes: frozenset[str] = frozenset({OBJECT, "$dict"})
    rank = 0

    def encode(self, value: object) -> Json:
        """Write an object, or pairs if there are keys that are no texts."""
        if not isinstance(value, dict):
            self.refuse(value)
        return self.value.encode(value)

    def decode(self, raw: Json) -> object:
        """Read an object, or pairs."""
        value = self.value.decode(raw)
        if not isinstance(value, dict):
            self.refuse_json(raw)
        return value


class OrderedDictNode(MappingNode):
    """``OrderedDict[K, V]``: an array of pairs."""

    kind = OrderedDict
    shapes: frozenset[str] = frozenset({ARRAY})

    def encode(self, value: object) -> Json:
        """Write an array of pairs."""
        if type(value) is not OrderedDict:
            self.refuse(value)
        return self.encode_pairs(value.items())

    def decode(self, raw: Json) -> object:
        """Read an array of pairs."""
        return OrderedDict(self.decode_pairs(raw))


class CounterNode(MappingNode):
    """``Counter[K]``: an array of pairs."""

    kind = Counter
    shapes: frozenset[str] = frozenset({ARRAY})

    def encode(self, value: object) -> Json:
        """Write an array of pairs."""
        if type(value) is not Counter:
            self.refuse(value)
        return self.encode_pairs(value.items())

    def decode(self, raw: Json) -> object:
        """Read an array of pairs."""
        return Counter(self.decode_pairs(raw))

    def describe(self, scope: Scope) -> str:
        """Write ``Counter[K]``."""
        return f"Counter[{self.key.describe(scope)}]"


class DefaultDictNode(MappingNode):
    """``defaultdict[K, V]`` whose default is made by a built-in type, or by nothing."""

    kind = defaultdict
    shapes: frozenset[str] = frozenset({"$defaultdict"})

    def encode(self, value: object) -> Json:
        """Write the name of the factory and an array of pairs."""
        if type(value) is not defaultdict:
            self.refuse(value)
        name = getattr(value.default_factory, "__name__", "None")
        if _FACTORIES.get(name, name) is not value.default_factory:
            raise Refused(
                "the default factory of a defaultdict is stored only if it is a built-in type, "
                f"not {name}; convert to dict, or set default_factory = None"
            )
        return {"$defaultdict": name, "items": self.encode_pairs(value.items())}

    def decode(self, raw: Json) -> object:
        """Read the name of the factory and an array of pairs."""
        name = special_form(raw, "$defaultdict")
        if type(raw) is not dict or type(name) is not str or name not in _FACTORIES:
            self.refuse_json(raw)
        return defaultdict(_FACTORIES[name], self.decode_pairs(raw.get("items")))


def dict_node(key: Node, value: Node) -> Node:
    """Choose between an object and an array of pairs."""
    if isinstance(key, AnyNode) and isinstance(value, AnyNode):
        return AnyDictNode(key, value)
    return TextDictNode(key, value) if key.plain_keys else PairsDictNode(key, value)
