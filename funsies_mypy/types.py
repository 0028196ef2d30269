"""What the plugin asks of types: is it an artefact, what is inside, is it a result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy.checker import TypeChecker
from mypy.erasetype import remove_instance_last_known_values
from mypy.lookup import lookup_fully_qualified
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import TypeInfo
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    TupleType,
    Type,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from . import names

_CONTAINERS = frozenset(
    f"builtins.{each}" for each in ("list", "tuple", "dict", "set", "frozenset")
)

_TEXTS = frozenset({"builtins.str", "builtins.bytes"})


def unknown() -> AnyType:
    """The type of what was reported already, or cannot be known."""
    return AnyType(TypeOfAny.from_error)


def find_class(api: TypeChecker, name: str) -> TypeInfo | None:
    """Find a class by its qualified name; None if the program does not know it."""
    found = lookup_fully_qualified(name, api.modules, raise_on_missing=False)
    return found.node if found is not None and isinstance(found.node, TypeInfo) else None


def instance(api: TypeChecker, name: str, *arguments: Type) -> Type:
    """The type of the objects of a class."""
    info = find_class(api, name)
    return unknown() if info is None else Instance(info, list(arguments))


def artefact_of(api: TypeChecker, inside: Type) -> Type:
    """``Artefact[T]``."""
    return instance(api, names.ARTEFACT, remove_instance_last_known_values(inside))


def result_of(api: TypeChecker, inside: Type) -> Type:
    """``Result[T, Error]``."""
    return instance(api, names.RESULT, inside, instance(api, names.ERROR))


def files_type(api: TypeChecker) -> Type:
    """``dict[str, bytes]``: what a directory of a shell step is, and what matches a pattern."""
    text, content = instance(api, "builtins.str"), instance(api, "builtins.bytes")
    return instance(api, "builtins.dict", text, content)


def may_be_mapping(kind: Type) -> bool:
    """False for what is certainly no mapping."""
    found = get_proper_type(kind)
    return not isinstance(found, (Instance, TupleType)) or (
        isinstance(found, Instance) and found.type.has_base("typing.Mapping")
    )


def is_path(kind: Type) -> bool:
    """True for paths of ``pathlib``."""
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.has_base("pathlib.PurePath")


def inside_artefact(kind: Type) -> Type | None:
    """``T`` of an ``Artefact[T]``; None if it is not an artefact."""
    return _argument_of(kind, names.ARTEFACT)


def inside_result(kind: Type) -> Type | None:
    """``T`` of a ``Result[T, E]``; None if it is not a result."""
    return _argument_of(kind, names.RESULT)


def result_error(kind: Type) -> Type | None:
    """``E`` of a ``Result[T, E]``; None if it is not a result."""
    return _argument_of(kind, names.RESULT, -1)


def is_shell_output(kind: Type) -> bool:
    """True of what ``shell`` gives."""
    return _argument_of(kind, names.SHELL_OUTPUT) is not None


def _argument_of(kind: Type, name: str, index: int = 0) -> Type | None:
    found = get_proper_type(kind)
    if not isinstance(found, Instance) or not found.type.has_base(name):
        return None
    for base in found.type.mro:
        if base.fullname == name:
            arguments = map_instance_to_supertype(found, base).args
            return arguments[index] if arguments else unknown()
    return None


def union_items(kind: Type) -> Iterator[Type]:
    """Members of a union; of any other type, itself."""
    found = get_proper_type(kind)
    if isinstance(found, UnionType):
        for item in found.items:
            yield from union_items(item)
    else:
        yield found


def is_any(kind: Type) -> bool:
    """True of ``Any``, and of what mypy knows nothing about."""
    return isinstance(get_proper_type(kind), AnyType)


def has_artefact(kind: Type) -> bool:
    """True of artefacts, and of unions with one."""
    return any(inside_artefact(item) is not None for item in union_items(kind))


def unlifted(kind: Type) -> Type:
    """The type of the value that a step gets for an input of this type."""
    found = get_proper_type(kind)
    if not isinstance(found, UnionType):
        return inside_artefact(found) or found
    return make_simplified_union(
        [inside_artefact(item) or item for item in union_items(kind)], keep_erased=True
    )


def value_of(returned: Type) -> Type:
    """``T`` of what a function returns: ``T``, ``Result[T, E]``, or ``T | Error``.

    An error that a function returns ends its step, as a ``Failure`` does: it is no value.
    """
    kind = inside_result(returned) or returned
    items = list(union_items(kind))
    values = [item for item in items if not _is_error(item)]
    return kind if not values or len(values) == len(items) else make_simplified_union(values)


def _is_error(kind: Type) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname == names.ERROR


def nested_artefact(kind: Type) -> Type | None:
    """The container with artefacts inside, if this is one, at any depth."""
    return _nested(kind, frozenset())


def _nested(kind: Type, seen: frozenset[str]) -> Type | None:
    for item in union_items(kind):
        parts = _parts(item)
        key = str(item) if parts else ""  # of most there is no need: it takes long
        if key in seen:
            continue
        for part in parts:
            if has_artefact(part) or _nested(part, seen | {key}) is not None:
                return item
    return None


def _parts(kind: Type) -> Iterable[Type]:
    found = get_proper_type(kind)
    if isinstance(found, TupleType):
        return found.items
    if isinstance(found, Instance) and found.type.fullname in _CONTAINERS:
        return found.args
    return ()


def literal_value(kind: Type) -> object:
    """The value of a ``Literal[...]``, or of a name that is ``Final``; None otherwise."""
    found = get_proper_type(kind)
    if isinstance(found, Instance) and found.last_known_value is not None:
        found = found.last_known_value
    return found.value if isinstance(found, LiteralType) else None


def item_type(container: Type) -> Type | None:
    """What is in a container; None if that is not known, and for texts."""
    found = get_proper_type(container)
    if isinstance(found, TupleType):
        return make_simplified_union(found.items)
    if not isinstance(found, Instance) or found.type.fullname in _TEXTS:
        return None
    for base in found.type.mro:
        if base.fullname == "typing.Iterable":
            return map_instance_to_supertype(found, base).args[0]
    return None
