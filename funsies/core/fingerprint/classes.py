"""Classes of the project: their text, and what is in them now."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import partial
from types import FunctionType, MemberDescriptorType
from typing import Any, Final, NamedTuple

from funsies.core.digest import Field
from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.snapshot import MISSING
from funsies.core.fingerprint.table import class_key
from funsies.core.fingerprint.texts import class_entry, class_text
from funsies.core.fingerprint.values import ATOMS, INLINE
from funsies.core.fingerprint.walk import Walk

_DEFAULTS: Final = (
    "__dataclass_fields__",
    "__attrs_attrs__",
    "__struct_fields__",
    "__pydantic_fields__",
    "_field_defaults",
)
"""Where libraries keep what a class body said about fields; slots hide it elsewhere."""


class _Sample(NamedTuple):
    field: None


_SLOTS: Final = (MemberDescriptorType, type(vars(_Sample)["field"]))
"""Where instances keep a field: slots, and fields of named tuples."""

_ADDED: Final = ATOMS | {
    FunctionType,
    staticmethod,
    classmethod,
    property,
    tuple,
    list,
    dict,
    set,
}
"""What users set on a class; other things are the machinery of libraries."""

_GENERATED: Final = frozenset({"__dict__", "__weakref__", "__slotnames__", "__doc__"})


def describe_class(walk: Walk, kind: type) -> tuple[Field, ...]:
    """Text, bases and present members of a class of the project."""
    entry = class_entry(kind)
    walk.table[class_key(kind)] = entry
    text = class_text(kind, entry)
    names = _written_names(kind) if text is None else _with_added_names(kind, text.names)
    walk.snapshot.values.append((partial(_size, kind), _size(kind)))
    return (
        kind.__qualname__,
        text.digest if text is not None else None,
        tuple(walk.field(base, base.__name__) for base in kind.__bases__ if base is not object),
        None if type(kind) is type else walk.field(type(kind), "metaclass"),
        tuple(_members(walk, kind, names)),
        tuple(_defaults(walk, kind)),
        tuple(_annotations(walk, kind)),
    )


def _with_added_names(kind: type, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the class body, and public ones that the user's code has set since."""
    added = {
        name
        for name, member in vars(kind).items()
        if not name.startswith("_") and type(member) in _ADDED
    }
    return tuple(sorted(added.union(names)))


def _size(kind: type) -> bytes:
    """Changes when a name is added to a class."""
    return b"%d" % len(vars(kind))


def _written_names(kind: type) -> tuple[str, ...]:
    """Without text: what looks as if the class body had said it."""
    found = [
        name
        for name, member in vars(kind).items()
        if not isinstance(member, _SLOTS)
        and (not name.startswith("_") or _is_written(kind, member))
    ]
    return tuple(sorted(set(found) - _GENERATED))


def _is_written(kind: type, member: object) -> bool:
    function = getattr(member, "__func__", member)
    return isinstance(function, FunctionType) and function.__code__.co_qualname.startswith(
        f"{kind.__qualname__}."
    )


def _members(walk: Walk, kind: type, names: tuple[str, ...]) -> Iterator[Field]:
    members = vars(kind)
    for name in names:
        member = members.get(name, MISSING)
        walk.snapshot.lookups.append((members, name, member))
        if walk.is_ignored(name, f"{kind.__name__}.{name}"):
            yield name, "ignored"
        elif member is not MISSING and not isinstance(member, _SLOTS):
            yield name, _member(walk, kind, name, member)


def _member(walk: Walk, kind: type, name: str, member: object) -> Field:
    if issubclass(kind, Enum) and name in kind.__members__:
        return walk.field(kind.__members__[name].value, name)
    if isinstance(member, (staticmethod, classmethod)):
        return type(member).__name__, walk.field(member.__func__, name)
    if isinstance(member, property):
        accessors = (member.fget, member.fset, member.fdel)
        return "property", tuple(walk.field(each, name) for each in accessors)
    if isinstance(member, functools.cached_property):
        return "cached_property", walk.field(member.func, name)
    return walk.field(member, name)


def _defaults(walk: Walk, kind: type) -> Iterator[Field]:
    for source in _DEFAULTS:
        fields = vars(kind).get(source)
        if isinstance(fields, Mapping):
            for name, about in sorted(fields.items()):
                yield source, name, _default(walk, name, about)
        elif isinstance(fields, tuple):
            for about in fields:
                name = getattr(about, "name", about)
                yield source, str(name), _default(walk, str(name), about)
    struct_defaults = vars(kind).get("__struct_defaults__", ())
    yield tuple(_default(walk, "default", each) for each in struct_defaults)


def _default(walk: Walk, name: str, about: Any) -> Field:
    """The default of a field, whatever the library calls it."""
    if isinstance(about, str):
        return about
    if type(about).__module__.partition(".")[0] not in _FIELD_LIBRARIES:
        return walk.field(about, name)
    held = [getattr(about, each, None) for each in ("default", "default_factory", "factory")]
    return tuple(None if _says_no_default(value) else walk.field(value, name) for value in held)


_FIELD_LIBRARIES: Final = frozenset({"dataclasses", "attr", "attrs", "pydantic", "msgspec"})


def _says_no_default(value: object) -> bool:
    marker = (
        f"{type(value).__name__} {getattr(value, '__name__', '')}{value!r}"
        if type(value).__module__.partition(".")[0] in {*_FIELD_LIBRARIES, "pydantic_core"}
        else ""
    )
    return any(word in marker for word in ("MISSING", "NOTHING", "Undefined", "NODEFAULT"))


def _annotations(walk: Walk, kind: type) -> Iterator[Field]:
    """Types of the fields: their names in the text may stand for something else by now."""
    for name, annotation in sorted(resolved_annotations(kind).items()):
        is_type = annotation is None or isinstance(annotation, (type, str))
        if is_type or type(annotation) in INLINE:
            yield name, walk.field(annotation, name)
        else:
            yield name, type(annotation).__name__
