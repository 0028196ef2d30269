"""Whether a value of one type could stand where another is asked for."""

from __future__ import annotations

from itertools import product, starmap
from typing import TYPE_CHECKING, Any, Final, TypeVar

from funsies.core.encoding.abstract import AbstractNode
from funsies.core.encoding.any_node import AnyNode, AskedNode
from funsies.core.encoding.constraints import ConstrainedNode
from funsies.core.encoding.encoding import Encoding
from funsies.core.encoding.enums import EnumNode, LiteralNode
from funsies.core.encoding.known_classes import Kinds, knowing
from funsies.core.encoding.layouts import are_other_layouts
from funsies.core.encoding.libraries.numpy_scalars import NumpyScalarNode
from funsies.core.encoding.mappings import MappingNode
from funsies.core.encoding.pickled import PickledNode
from funsies.core.encoding.record_node import RecordNode
from funsies.core.encoding.refusal import show
from funsies.core.encoding.sequences import DequeNode, ListNode, SetNode
from funsies.core.encoding.tuples import TupleNode, VariadicTupleNode
from funsies.core.encoding.unions import AliasNode, NeverNode, UnionNode
from funsies.core.errors import EncodingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Buffer

    from funsies.core.encoding.node import Node

T = TypeVar("T")

_UNKNOWN: Final = (AnyNode, AliasNode, NeverNode)
_COLLECTIONS: Final = (ListNode, VariadicTupleNode, SetNode, DequeNode)
_PROMOTIONS: Final[dict[type, tuple[type, ...]]] = {float: (int,), complex: (int, float)}
"""Types that a type checker takes for others."""


def contradicts(parameter: Encoding[Any], produced: Encoding[Any]) -> bool:
    """Say whether what is produced can never be what the parameter asks for.

    Args:
        parameter: encoding of a parameter's annotation.
        produced: encoding of what it is given.

    Returns:
        True if no value fits, or if the parts of a container are of a wrong type. Never True
        for what a type checker accepts; False where that is not known.

    >>> from collections.abc import Sequence
    >>> from funsies.core.encoding import encoding_of
    >>> contradicts(encoding_of(list[float]), encoding_of(list[str]))
    True
    >>> contradicts(encoding_of(Sequence[float]), encoding_of(list[int]))
    False
    """
    if parameter.descriptor == produced.descriptor:
        return False
    return _clash(parameter.node, produced.node)


def contradicts_out(out: Encoding[Any], returned: Encoding[Any]) -> bool:
    """Say whether what a function returns can never be stored as ``out=`` says.

    The same as :func:`contradicts`, but that scalars of NumPy are stored as the Python numbers
    that equal them.
    """
    node = returned.node
    members = node.members if isinstance(node, UnionNode) else [node]
    numbers = [each.plain for each in members if isinstance(each, NumpyScalarNode)]
    return contradicts(out, returned) and all(_clash(out.node, each) for each in numbers)


def decode_for(parameter: Encoding[T], produced: Encoding[Any], data: Buffer) -> T:
    """Read what one encoding wrote for a parameter that may have a wider one.

    A parameter of type ``A | B`` or ``Sequence[A]`` can be given an ``A`` or a ``tuple``: it is
    read as what it is, and must then be what the parameter asks for.

    Args:
        parameter: encoding of the parameter's annotation.
        produced: the encoding that wrote the bytes.
        data: the bytes.

    Raises:
        EncodingError: if the bytes cannot be read, or the value is not what is asked for.

    >>> from collections.abc import Sequence
    >>> from funsies.core.encoding import encoding_of
    >>> decode_for(encoding_of(Sequence[float]), encoding_of(tuple[int, int]), b"[1,2]")
    (1, 2)
    """
    if parameter.descriptor == produced.descriptor:
        return parameter.decode(data)
    with knowing(Kinds(parameter.classes)):
        value: T = produced.decode(data)
    if not _admits(parameter.node, value):
        parameter.encode(value)  # says where it does not fit
        raise EncodingError(f"expected {parameter.node.label}, got {show(value)}")
    return value


def admits(parameter: Encoding[Any], value: object) -> bool:
    """True if a value may stand where a parameter asks for its type, or for one above it."""
    return _admits(parameter.node, value)


def _admits(parameter: Node, value: object) -> bool:
    try:
        return parameter.admits(value)
    except RecursionError:
        raise EncodingError("this value is nested too deeply") from None


def _clash(parameter: Node, produced: Node) -> bool:
    pairs = product(parameter.layouts(), produced.layouts())
    return (
        any(starmap(are_other_layouts, pairs))
        or (isinstance(parameter, ConstrainedNode) and parameter.clashes(produced))
        or _types_clash(parameter, produced)
    )


def _types_clash(parameter: Node, produced: Node) -> bool:
    wanted, given = _unconstrained(parameter), _unconstrained(produced)
    if isinstance(wanted, _UNKNOWN) or isinstance(given, _UNKNOWN):
        return False
    if isinstance(given, UnionNode):
        return all(_clash(parameter, member) for member in given.members)
    if isinstance(wanted, AbstractNode):
        return _clashes_with_abstract(wanted, given)
    if isinstance(wanted, UnionNode):
        return all(_clash(member, produced) for member in wanted.alternatives)
    return (
        not _may_be(wanted, given)
        or wanted.clashes(given)
        or _values_clash(wanted, given)
        or _parts_clash(wanted, given)
    )


def _unconstrained(node: Node) -> Node:
    if isinstance(node, AskedNode):
        return _unconstrained(node.wanted)
    return _unconstrained(node.inner) if isinstance(node, ConstrainedNode) else node


def _may_be(parameter: Node, produced: Node) -> bool:
    """True if a class of the one may be a class of the other."""
    return any(
        _may_be_class(wanted, given)
        for wanted in _classes(parameter)
        for given in _classes(produced)
    )


def _classes(node: Node) -> Iterable[type]:
    return node.kinds if isinstance(node, PickledNode) else node.accepts or (object,)


def _may_be_class(wanted: type, given: type) -> bool:
    promoted = (wanted, *_PROMOTIONS.get(wanted, ()))
    return (
        issubclass(given, promoted)
        or issubclass(wanted, given)
        or wanted.__qualname__ in {base.__qualname__ for base in given.__mro__}
        or given.__qualname__ in {base.__qualname__ for base in wanted.__mro__}
    )


def _clashes_with_abstract(parameter: AbstractNode, produced: Node) -> bool:
    accepted = produced.accepts or frozenset()
    if not any(issubclass(kind, parameter.abstract) for kind in accepted):
        return True
    parts = produced.children()
    if _is_of_nothing(produced):
        return False
    if isinstance(produced, (*_COLLECTIONS, MappingNode)) and len(parts) == len(
        parameter.arguments
    ):
        return any(map(_clash, parameter.arguments, parts))
    return False


def _values_clash(parameter: Node, produced: Node) -> bool:
    if isinstance(produced, LiteralNode):
        return not any(map(parameter.admits, produced.values))
    if isinstance(parameter, LiteralNode) and isinstance(produced, EnumNode):
        return not any(map(produced.admits, parameter.values))
    return False


def _parts_clash(parameter: Node, produced: Node) -> bool:
    if isinstance(parameter, RecordNode) and isinstance(produced, RecordNode):
        return parameter.kind is produced.kind and any(
            map(_clash, parameter.arguments, produced.arguments)
        )
    if isinstance(parameter, TupleNode) and isinstance(produced, TupleNode):
        return len(parameter.items) != len(produced.items) or any(
            map(_clash, parameter.items, produced.items)
        )
    if isinstance(parameter, VariadicTupleNode) and isinstance(produced, TupleNode):
        return any(_clash(parameter.item, item) for item in produced.items)
    if isinstance(parameter, TupleNode) and isinstance(produced, VariadicTupleNode):
        return any(_clash(item, produced.item) for item in parameter.items)
    if type(parameter) is type(produced) and isinstance(parameter, _COLLECTIONS):
        return any(map(_clash, parameter.children(), produced.children()))
    return (
        isinstance(parameter, MappingNode)
        and isinstance(produced, MappingNode)
        and not _is_of_nothing(produced)
        and any(map(_clash, parameter.children(), produced.children()))
    )


def _is_of_nothing(produced: Node) -> bool:
    """True of a mapping without keys: then it has no values either, whatever their type."""
    return isinstance(produced, MappingNode) and isinstance(produced.key, NeverNode)
