"""Abstract collections: the union of the concrete types that may stand for them."""

from __future__ import annotations

from collections import abc
from typing import TYPE_CHECKING, Final

from funsies.core.encoding.anything import AnyNode
from funsies.core.encoding.mappings import (
    CounterNode,
    DefaultDictNode,
    OrderedDictNode,
    dict_node,
)
from funsies.core.encoding.scalars import BytesNode, IntNode, StrNode
from funsies.core.encoding.sequences import DequeNode, ListNode, VariadicTupleNode
from funsies.core.encoding.sets import SetNode
from funsies.core.encoding.standard import RangeNode
from funsies.core.encoding.unions import UnionNode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funsies.core.encoding.node import Node


class AbstractNode(UnionNode):
    """An abstract collection.

    Attributes:
        abstract: its class.
        arguments: the types of its parts.
    """

    def __init__(
        self, abstract: type, members: Sequence[Node], arguments: Sequence[Node]
    ) -> None:
        labels = ", ".join(argument.label for argument in arguments)
        super().__init__(members, f"{abstract.__name__}[{labels}]")
        self.abstract = abstract
        self.arguments: tuple[Node, ...] = tuple(arguments)


def _mutable_sequences(item: Node) -> list[Node]:
    return [ListNode(item), DequeNode(item)]


def _sequences(item: Node) -> list[Node]:
    members = [*_mutable_sequences(item), VariadicTupleNode(item)]
    if int in (item.accepts or ()):
        members.append(RangeNode())
        members.append(BytesNode())
    if str in (item.accepts or ()):
        members.append(StrNode())
    return members


def _mutable_sets(item: Node) -> list[Node]:
    return [SetNode(set, item)]


def _sets(item: Node) -> list[Node]:
    return [SetNode(set, item), SetNode(frozenset, item)]


def _collections(item: Node) -> list[Node]:
    return _sequences(item) + _sets(item) + _mappings(item, AnyNode())


def _mappings(key: Node, value: Node) -> list[Node]:
    members = [dict_node(key, value), OrderedDictNode(key, value), DefaultDictNode(key, value)]
    if int in (value.accepts or ()):
        members.append(CounterNode(key, IntNode()))
    return members


_MEMBERS: Final[dict[type, tuple[int, Callable[..., list[Node]]]]] = {
    abc.Sequence: (1, _sequences),
    abc.MutableSequence: (1, _mutable_sequences),
    abc.Collection: (1, _collections),
    abc.Container: (1, _collections),
    abc.Iterable: (1, _collections),
    abc.Reversible: (1, _collections),
    abc.Set: (1, _sets),
    abc.MutableSet: (1, _mutable_sets),
    abc.Mapping: (2, _mappings),
    abc.MutableMapping: (2, _mappings),
}


def may_be_read_once(descriptor: str) -> bool:
    """True if values of a type may be generators: where it says ``Iterable``."""
    return f"({abc.Iterable.__name__}[" in descriptor


def abstract_node(kind: type, parts: Callable[[int], list[Node]]) -> Node | None:
    """Compile an abstract collection; None if the class is none of them.

    Args:
        kind: the class.
        parts: compiles the given number of type arguments.
    """
    if kind not in _MEMBERS:
        return None
    count, make = _MEMBERS[kind]
    arguments = parts(count)
    return AbstractNode(kind, make(*arguments), arguments)
