"""Abstract types: collections are unions of concrete ones, other classes say what they are."""

from __future__ import annotations

import io
from abc import ABC
from collections import abc
from collections.abc import AsyncIterable, Awaitable, Iterator
from datetime import tzinfo
from inspect import isabstract
from numbers import Number
from typing import TYPE_CHECKING, Final

from typing_extensions import is_protocol

from funsies.core.encoding.any_node import AnyNode, decode_any, encode_any
from funsies.core.encoding.mappings import (
    CounterNode,
    DefaultDictNode,
    OrderedDictNode,
    dict_node,
)
from funsies.core.encoding.refusal import type_name
from funsies.core.encoding.scalars import BytesNode, IntNode, StrNode
from funsies.core.encoding.sequences import DequeNode, ListNode, SetNode
from funsies.core.encoding.stdlib_scalars import RangeNode
from funsies.core.encoding.tuples import VariadicTupleNode
from funsies.core.encoding.unions import UnionNode

if TYPE_CHECKING:
    from collections.abc import Callable

    from funsies.core.encoding.node import ClassDefinitions, Node
    from funsies.core.encoding.parts import Json


class AbstractNode(UnionNode):
    """An abstract collection.

    Attributes:
        abstract: its class.
        arguments: the types of its parts.

    Args:
        abstract: its class.
        members: makes what may stand for it.
        arguments: the types of its parts.
    """

    def __init__(
        self, abstract: type, members: Callable[..., list[Node]], *arguments: Node
    ) -> None:
        labels = ", ".join(argument.label for argument in arguments)
        super().__init__(members(*arguments), f"{abstract.__name__}[{labels}]")
        self.abstract = abstract
        self.arguments: tuple[Node, ...] = arguments


def mutable_sequences(item: Node) -> list[Node]:
    """What may stand for ``MutableSequence[T]``."""
    return [ListNode(item), DequeNode(item)]


def sequences(item: Node) -> list[Node]:
    """What may stand for ``Sequence[T]``."""
    members = [*mutable_sequences(item), VariadicTupleNode(item)]
    if int in (item.accepts or ()):
        members.append(RangeNode())
        members.append(BytesNode())
    if str in (item.accepts or ()):
        members.append(StrNode())
    return members


def mutable_sets(item: Node) -> list[Node]:
    """What may stand for ``MutableSet[T]``."""
    return [SetNode(set, item)]


def sets(item: Node) -> list[Node]:
    """What may stand for ``Set[T]``."""
    return [SetNode(set, item), SetNode(frozenset, item)]


def collections(item: Node) -> list[Node]:
    """What may stand for ``Collection[T]``, and for what promises less."""
    return sequences(item) + sets(item) + mappings(item, AnyNode())


def mappings(key: Node, value: Node) -> list[Node]:
    """What may stand for ``Mapping[K, V]``."""
    members = [dict_node(key, value), OrderedDictNode(key, value), DefaultDictNode(key, value)]
    if int in (value.accepts or ()):
        members.append(CounterNode(key, IntNode()))
    return members


def may_be_read_once(descriptor: str) -> bool:
    """True if values of a type may be generators: where it says ``Iterable``."""
    return f"({abc.Iterable.__name__}[" in descriptor


_BASES: Final = (Number, tzinfo)
"""Abstract ones that do not say so."""

_UNSTORABLE: Final = (io.IOBase, Iterator, Awaitable, AsyncIterable)


class OpenNode(AnyNode):
    """A class of which other classes decide how it is stored."""

    rank = 1

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.label: str = type_name(kind)
        says_nothing = is_protocol(kind) and not getattr(kind, "_is_runtime_protocol", False)
        self._checked: type = object if says_nothing else kind

    def encode(self, value: object) -> Json:
        """Write the value as what it is."""
        if not self.admits(value):
            self.refuse(value)
        return encode_any(value)

    def decode(self, raw: Json) -> object:
        """Read the value as what it says that it is."""
        value = decode_any(raw)
        if not self.admits(value):
            self.refuse_json(raw)
        return value

    def describe(self, classes: ClassDefinitions) -> str:  # noqa: ARG002  (mentions no class)
        """Write the name of the class, and that the value says the rest."""
        return f"({self.label}: Any)"

    def admits(self, value: object) -> bool:
        """True for objects of the class, as far as it says which these are."""
        return isinstance(value, self._checked)


def open_node(kind: type) -> OpenNode | None:
    """Compile an abstract class or a protocol; None if objects can be of the class itself."""
    is_open = is_protocol(kind) or isabstract(kind) or ABC in kind.__bases__ or kind in _BASES
    return OpenNode(kind) if is_open and not issubclass(kind, _UNSTORABLE) else None
