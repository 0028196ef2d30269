"""Which fields the user's classes have: dataclasses, named tuples, structs and others."""

from __future__ import annotations

import dataclasses
import sys
import typing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import typing_extensions

from funsies.core.encoding.any_node import AnyNode
from funsies.core.encoding.hints import field_types
from funsies.core.encoding.record_kinds import (
    AttrsNode,
    NamedTupleNode,
    PydanticNode,
    StructNode,
    TypedDictNode,
)
from funsies.core.encoding.record_node import RecordField, RecordNode
from funsies.core.encoding.refusal import TypeRefused, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funsies.core.encoding.node import Node

_UNTYPED: Final = AnyNode()
_READ_ONLY: Final = (typing_extensions.ReadOnly, getattr(typing, "ReadOnly", None))
_HEAP_TYPE: Final = 1 << 9
"""Flag of classes that are written in Python."""

_NO_STATE: Final = frozenset({"__dict__", "__weakref__", "_attrs_cached_hash"})
"""Slots that say nothing of a value."""


class Record(NamedTuple):
    """A class with fields, of which the types are still to be compiled.

    Attributes:
        node: what it is compiled to.
        fields: its fields with their annotations.
        own_hints: the annotations of the fields, for a process that cannot resolve them.
    """

    node: RecordNode
    fields: list[tuple[RecordField, object]]
    own_hints: dict[str, object]


def has_fields(kind: type) -> bool:
    """True of the kinds of classes that are stored by their fields."""
    return any(family.has(kind) for family in _FAMILIES)


def record_for(
    kind: type, arguments: tuple[object, ...] = (), nodes: Sequence[Node] = ()
) -> Record | None:
    """Find the fields of a class; None if it is not a kind of class that has them.

    Args:
        kind: the class.
        arguments: its type arguments.
        nodes: these, compiled.
    """
    family = next((family for family in _FAMILIES if family.has(kind)), None)
    if family is None:
        return None
    node_type, fields = family.node_type, family.fields_of(kind)
    names = [field.name for field in fields]
    if node_type in (RecordNode, AttrsNode):
        _check_layout(kind, names)
    hints = family.hints_of(kind, arguments, names)
    fields = [_qualified(field, hints.get(field.name)) for field in fields]
    node = node_type(kind, names, nodes)
    return Record(
        node,
        [(field, hints.get(field.name, Any)) for field in fields],
        family.hints_of(kind, (), names),
    )


def keys_of(typed_dict: Any) -> dict[str, tuple[object, bool]]:
    """The keys of a TypedDict: the type of each, and whether it must be there."""
    kind = typing.get_origin(typed_dict) or typed_dict
    record = record_for(kind, typing.get_args(typed_dict))
    fields = [] if record is None else record.fields
    return {field.name: (hint, field.is_required) for field, hint in fields}


def _qualified(field: RecordField, hint: object) -> RecordField:
    """Heed Required and NotRequired, which a TypedDict does not see in textual annotations."""
    origin = typing.get_origin(hint)
    if origin is not None and origin in _READ_ONLY:
        return _qualified(field, typing.get_args(hint)[0])
    if origin in (typing.Required, typing_extensions.Required):
        return field._replace(is_required=True)
    if origin in (typing.NotRequired, typing_extensions.NotRequired):
        return field._replace(is_required=False)
    return field


def _check_layout(kind: type, names: list[str]) -> None:
    """Refuse classes whose objects hold more than fields can say."""
    for base in kind.__mro__[:-1]:
        if not base.__flags__ & _HEAP_TYPE:
            raise TypeRefused(
                f"{type_name(kind)}, which inherits from the built-in {type_name(base)} and",
                f"give it a field of type {type_name(base)} instead",
            )
    slots = {slot for base in kind.__mro__ for slot in _slots(base)}
    hidden = sorted(slots - set(names) - _NO_STATE - _cached_properties(kind))
    if hidden:
        raise TypeRefused(
            f"{type_name(kind)}, which has the slot {hidden[0]} that is not a field and",
            "make all of its state fields",
        )


def _cached_properties(kind: type) -> set[str]:
    """Names that an attrs class with slots computes when they are asked for."""
    getters = (vars(base).get("__getattr__") for base in kind.__mro__)
    made = (getattr(getter, "__globals__", {}) for getter in getters)
    return {name for each in made for name in each.get("cached_properties", ())}


def _slots(kind: type) -> tuple[str, ...]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _is_pydantic(kind: type) -> bool:
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and issubclass(kind, pydantic.BaseModel)


def _is_struct(kind: type) -> bool:
    return issubclass(kind, msgspec.Struct)


def _is_named_tuple(kind: type) -> bool:
    return issubclass(kind, tuple) and hasattr(kind, "_fields")


def _is_typed_dict(kind: type) -> bool:
    return typing.is_typeddict(kind) or typing_extensions.is_typeddict(kind)


def _is_attrs(kind: type) -> bool:
    return hasattr(kind, "__attrs_attrs__")


def _dataclass_fields(kind: Any) -> list[RecordField]:
    return [
        RecordField(
            field.name, _UNTYPED, _is_given(field.default) or _is_given(field.default_factory)
        )
        for field in dataclasses.fields(kind)
    ]


def _is_given(default: object) -> bool:
    """True for a default; a class that was unpickled has a ``MISSING`` of its own."""
    return type(default) is not type(dataclasses.MISSING)


def _named_tuple_fields(kind: Any) -> list[RecordField]:
    return [RecordField(name, _UNTYPED, name in kind._field_defaults) for name in kind._fields]


def _typed_dict_fields(kind: Any) -> list[RecordField]:
    required = kind.__required_keys__
    return [
        RecordField(name, _UNTYPED, is_required=name in required)
        for name in sorted(required | kind.__optional_keys__)
    ]


def _struct_fields(kind: Any) -> list[RecordField]:
    """Read what msgspec keeps; ``msgspec.structs.fields`` would resolve annotations."""
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    missing = [msgspec.NODEFAULT] * (len(names) - len(defaults))
    return [
        RecordField(name, _UNTYPED, default is not msgspec.NODEFAULT)
        for name, default in zip(names, (*missing, *defaults), strict=True)
    ]


def _attrs_fields(kind: Any) -> list[RecordField]:
    nothing = sys.modules["attr"].NOTHING
    return [
        RecordField(field.name, _UNTYPED, field.default is not nothing)
        for field in kind.__attrs_attrs__
    ]


def _pydantic_fields(kind: Any) -> list[RecordField]:
    if kind.__private_attributes__:
        name = min(kind.__private_attributes__)
        raise TypeRefused(
            f"{type_name(kind)}, which has the private attribute {name} and", "make it a field"
        )
    return [
        RecordField(name, _UNTYPED, not field.is_required())
        for name, field in kind.model_fields.items()
    ]


def _pydantic_hints(
    kind: Any, arguments: tuple[object, ...], names: list[str]
) -> dict[str, object]:
    """Take the types that pydantic found itself; its generic classes have no arguments left.

    A model that names another one before that is there is completed when somebody first uses
    it. On a worker, that other one may come later still; the types have come with the value's.
    """
    if not kind.__pydantic_complete__:
        kind.model_rebuild(raise_errors=False, _types_namespace={})
    if not kind.__pydantic_complete__:
        return field_types(kind, arguments, names)
    return {name: kind.model_fields[name].annotation for name in names}


class _Family(NamedTuple):
    """One kind of classes with fields.

    Attributes:
        has: tells whether a class is of this kind.
        node_type: what such a class is compiled to.
        fields_of: lists the fields of such a class.
        hints_of: finds the types of its fields, given its type arguments.
    """

    has: Callable[[type], bool]
    node_type: type[RecordNode]
    fields_of: Callable[[Any], list[RecordField]]
    hints_of: Callable[[Any, tuple[object, ...], list[str]], dict[str, object]] = field_types


_FAMILIES: Final = (
    _Family(_is_named_tuple, NamedTupleNode, _named_tuple_fields),
    _Family(_is_typed_dict, TypedDictNode, _typed_dict_fields),
    _Family(_is_struct, StructNode, _struct_fields),
    _Family(_is_pydantic, PydanticNode, _pydantic_fields, _pydantic_hints),
    _Family(_is_attrs, AttrsNode, _attrs_fields),
    _Family(dataclasses.is_dataclass, RecordNode, _dataclass_fields),
)
