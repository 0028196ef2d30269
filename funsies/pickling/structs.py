"""Classes of ``msgspec.Struct`` by value.

cloudpickle cannot make them: their fields must be known when the class is made.
"""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Mapping
from types import MemberDescriptorType
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakValueDictionary

import msgspec

from funsies.core.fingerprint.annotations import resolved_annotations

_StructMeta: Final[Any] = type(msgspec.Struct)

_OPTIONS: Final = (
    "array_like",
    "cache_hash",
    "dict",
    "eq",
    "forbid_unknown_fields",
    "frozen",
    "gc",
    "omit_defaults",
    "order",
    "repr_omit_defaults",
    "tag",
    "tag_field",
    "weakref",
)

_MADE_ANEW: Final = frozenset({"__slots__", "__annotations__", "__dict__", "__weakref__"})

_names: WeakKeyDictionary[type, str] = WeakKeyDictionary()
_classes: WeakValueDictionary[str, type] = WeakValueDictionary()


def is_struct_class(thing: object) -> bool:
    """True of subclasses of ``msgspec.Struct``."""
    return isinstance(thing, _StructMeta)


def reduce_struct_class(kind: Any) -> tuple[object, ...]:
    """Take a class of structs apart: its fields at once, the types of its fields later.

    A field's type may be the class itself, so the types are set when the class is there.
    """
    name = _names.setdefault(kind, uuid.uuid4().hex)
    _classes[name] = kind
    arguments = (name, kind.__name__, kind.__bases__, _namespace(kind), _options(kind))
    types = resolved_annotations(kind)
    return _make_struct_class, arguments, types, None, None, _set_annotations


def _namespace(kind: Any) -> dict[str, object]:
    members = {
        name: member
        for name, member in vars(kind).items()
        if name not in _MADE_ANEW and not isinstance(member, MemberDescriptorType)
    }
    fields = [name for name in kind.__annotations__ if name in vars(kind)["__slots__"]]
    return {
        **members,
        **{name: _field(kind, name) for name in fields},
        "__qualname__": kind.__qualname__,
        "__annotations__": dict.fromkeys(fields, object),
    }


def _field(kind: Any, name: str) -> dict[str, object]:
    """Arguments of ``msgspec.field``."""
    position = kind.__struct_fields__.index(name)
    about: dict[str, object] = {"name": kind.__struct_encode_fields__[position]}
    from_end = position - len(kind.__struct_fields__)
    defaults = kind.__struct_defaults__
    default: Any = defaults[from_end] if -from_end <= len(defaults) else msgspec.NODEFAULT
    if type(default).__name__ == "Factory":
        about["default_factory"] = default.factory
    elif default is not msgspec.NODEFAULT:
        about["default"] = default
    return about


def _options(kind: Any) -> dict[str, object]:
    config = kind.__struct_config__
    kinds = {
        name: parameter.kind for name, parameter in inspect.signature(kind).parameters.items()
    }
    return {
        **{option: getattr(config, option) for option in _OPTIONS},
        "kw_only": any(
            kinds.get(name) is inspect.Parameter.KEYWORD_ONLY for name in kind.__annotations__
        ),
    }


def _make_struct_class(
    tracked: str,
    name: str,
    bases: tuple[type, ...],
    namespace: Mapping[str, Any],
    options: Mapping[str, Any],
) -> type:
    """The class; the same one, however often it arrives in this process."""
    known = _classes.get(tracked)
    if known is not None:
        return known
    fields = namespace["__annotations__"]
    members = {
        key: msgspec.field(**value) if key in fields else value
        for key, value in namespace.items()
    }
    made: type = _StructMeta(name, bases, members, **options)
    _classes[tracked] = made
    _names[made] = tracked
    return made


def _set_annotations(kind: type, types: dict[str, object]) -> None:
    kind.__annotations__ = types
