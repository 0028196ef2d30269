"""Dicts and their kin. They keep their order, which is part of the bytes.

A function that iterates over a dict sees its order, so two dicts that differ in nothing else
are two values, although they are equal. They would share an address otherwise, and the second
would be given what was computed from the first.

An ordinary ``dict[str, bytes]`` is JSON. What shell steps make of several files, and take as a
directory, is too large for that: an archive, written and read as a stream
(:mod:`funsies.core.archive`).
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final

from funsies.core.archive import pack, unpacked
from funsies.core.encoding.any_node import AnyNode
from funsies.core.encoding.bulk import all_values, are_all, decode_values, encode_values
from funsies.core.encoding.hints import Mark
from funsies.core.encoding.keys import (
    are_plain_keys,
    decode_pairs,
    encode_keys,
    has_special_key,
    plain_keys,
    read_text_object,
    text_object,
)
from funsies.core.encoding.node import ARRAY, OBJECT, CompositeNode, Node, special_form
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, show
from funsies.core.encoding.scalars import BytesNode, StrNode
from funsies.core.errors import FileNameError
from funsies.core.file_names import validate_file_name, validate_file_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from typing_extensions import Buffer

    from funsies.core.encoding.node import ClassDefinitions

_FACTORIES: Final[dict[str, Callable[[], object] | None]] = {
    "None": None,
    **{kind.__name__: kind for kind in (bool, int, float, complex, str, bytes)},
    **{kind.__name__: kind for kind in (list, tuple, dict, set, frozenset)},
}


class MappingNode(CompositeNode):
    """A mapping from K to V; texts as keys make a JSON object, others an array of pairs."""

    kind: type = dict

    def __init__(self, key: Node, value: Node) -> None:
        super().__init__(key, value)
        self.key = key
        self.value = value
        self.accepts: frozenset[type] | None = frozenset({self.kind})

    def written(self, parts: Sequence[str]) -> str:
        """Write ``dict[K, V]``."""
        return f"{self.kind.__name__}[{', '.join(parts)}]"

    def admits(self, value: object) -> bool:
        """True for mappings whose keys and values may stand where K and V are asked for."""
        return (
            isinstance(value, dict)
            and isinstance(value, self.kind)
            and all(map(self.key.admits, value))
            and all(map(self.value.admits, value.values()))
        )

    def encode_pairs(self, items: dict[Any, Any]) -> list[Json]:
        """Encode a mapping as pairs, in its order."""
        keys = encode_keys(self.key, items, "{key}")
        return list(zip(keys, encode_values(self.value, items).values(), strict=True))

    def decode_pairs(self, raw: Json) -> dict[object, object]:
        """Decode pairs in the order given."""
        if type(raw) is not list:
            self.refuse_json(raw)
        return decode_pairs(self.key, self.value, raw, self.label)


class PairsDictNode(MappingNode):
    """``dict[K, V]`` with keys that are no texts: an array of pairs."""

    shapes: frozenset[str] = frozenset({ARRAY})
    rank = 0

    def encode(self, value: object) -> Json:
        """Write an array of pairs."""
        if type(value) is not dict:
            return self.encode_other(value)
        return self.encode_pairs(value)

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
        items = plain_keys(value)
        if not are_all(str, items):
            return self._encode_other_keys(items)
        return text_object(encode_values(self.value, items))

    def encode_all(self, values: list[Any]) -> list[Any]:
        """Write objects."""
        if not are_all(dict, values) or not _are_plain_keys(values):
            return super().encode_all(values)
        return all_values(self.value.encode_all, values)

    def _encode_other_keys(self, items: dict[Any, Any]) -> Json:
        """Write texts that are members of an enumeration with its name."""
        others = [key for key in items if not isinstance(key, str)]
        if others:
            raise ValueRefused(f"expected {self.label}, got {show(others[0])} as a key")
        return {"$dict": self.encode_pairs(items)}

    def decode(self, raw: Json) -> object:
        """Read an object."""
        pairs = special_form(raw, "$dict")
        if type(pairs) is list:
            return self.decode_pairs(pairs)
        items = read_text_object(raw)
        if items is None:
            return self.decode_other(raw)
        return decode_values(self.value, items)

    def decode_all(self, raws: list[Any]) -> list[Any]:
        """Read objects."""
        if not are_all(dict, raws) or has_special_key(dict.fromkeys(chain.from_iterable(raws))):
            return super().decode_all(raws)
        return all_values(self.value.decode_all, raws)


def _are_plain_keys(values: list[dict[Any, Any]]) -> bool:
    keys = dict.fromkeys(chain.from_iterable(values))
    return are_all(str, keys) and are_plain_keys(keys)


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
        return self.encode_pairs(value)

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
        return self.encode_pairs(value)

    def decode(self, raw: Json) -> object:
        """Read an array of pairs."""
        return Counter(self.decode_pairs(raw))

    def describe(self, classes: ClassDefinitions) -> str:
        """Write ``Counter[K]``."""
        return f"Counter[{self.key.describe(classes)}]"


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
            raise ValueRefused(
                "the default factory of a defaultdict is stored only if it is a built-in type, "
                f"not {name}; convert to dict, or set default_factory = None"
            )
        return {"$defaultdict": name, "items": self.encode_pairs(value)}

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


Files = Annotated[dict[str, bytes], Mark.FILES]
"""Files by their names, stored as an archive."""


class FilesNode(TextDictNode):
    """A dict of files; inside of other values an ordinary dict."""

    wire = "files"

    def __init__(self) -> None:
        super().__init__(StrNode(), BytesNode())

    def to_bytes(self, value: object) -> bytes:
        """Write an archive."""
        self.encode(value)  # refuses what is no dict of bytes
        assert isinstance(value, dict)  # noqa: S101 - for the type checker
        try:
            for name in value:  # a slash at the end is for outputs and inputs of steps
                validate_file_name(name)
            validate_file_names(value)
        except FileNameError as problem:
            raise ValueRefused(str(problem)) from None
        return pack(value)

    def from_bytes(self, data: Buffer) -> dict[str, bytes]:
        """Read an archive."""
        return unpacked(bytes(data))

    def describe(self, classes: ClassDefinitions) -> str:
        """Write the type, and how it is stored."""
        return f"{super().describe(classes)} as files"
