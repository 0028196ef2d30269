"""Classes of the project: their text, and what is in them now."""

from __future__ import annotations

import functools
from abc import ABCMeta
from collections.abc import Iterator
from enum import Enum
from functools import partial
from types import FunctionType, MemberDescriptorType
from typing import Final, NamedTuple

from funsies.core.digest import Field
from funsies.core.encoding.codecs import codec_for, codecs_by_class
from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.entries import NOWHERE
from funsies.core.fingerprint.fields import describe_annotations, describe_fields
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.snapshot import MISSING
from funsies.core.fingerprint.subclasses import registered_field
from funsies.core.fingerprint.texts import class_entry, class_text
from funsies.core.fingerprint.values import ATOMS
from funsies.core.fingerprint.walk import Walk


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
"""Types of what users set on a class whose metaclass is that of a library."""

_GENERATED: Final = frozenset({"__dict__", "__weakref__", "__slotnames__", "__doc__"})


def describe_class(walk: Walk, kind: type) -> tuple[Field, ...]:
    """Text, bases and present members of a class of the project."""
    entry = class_entry(kind)
    text = class_text(kind, entry)
    walk.place = NOWHERE if text is None else text.place
    names = _written_names(kind) if text is None else _with_added_names(kind, text.names)
    walk.snapshot.values.append((partial(_size, kind), _size(kind)))
    return (
        kind.__qualname__,
        text.digest if text is not None else None,
        tuple(_base(walk, base) for base in kind.__bases__ if base is not object),
        None if type(kind) is type else walk.field(type(kind), "metaclass"),
        tuple(_members(walk, kind, names)),
        tuple(describe_fields(walk, kind)),
        tuple(describe_annotations(walk, kind)),
        *registered_field(walk, kind),
        *describe_codec(walk, kind),
    )


def _base(walk: Walk, base: type) -> Field:
    """A base; what else is registered with a library's does not matter to its subclasses."""
    if is_project(base):
        return walk.field(base, base.__name__)
    return walk.library(base.__module__, base.__qualname__)


def _with_added_names(kind: type, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the class body, and those that the user's code has set since."""
    added = {name for name, member in vars(kind).items() if _is_added(kind, name, member)}
    return tuple(sorted(added.union(names)))


def _is_added(kind: type, name: str, member: object) -> bool:
    """True of what users set; other things are the machinery of libraries."""
    function = _function_of(member)
    if isinstance(function, FunctionType) and name.startswith("_"):
        path = function.__code__.co_filename
        return is_project_file(path) and not path.startswith("<")
    if type(kind) in (type, ABCMeta) and not issubclass(kind, tuple):
        return not name.startswith("__") and name != "_abc_impl"
    is_users = type(member) in _ADDED or is_project(member) or is_project(type(member))
    return is_users and not name.startswith("_")


def _function_of(member: object) -> object:
    return getattr(member, "__func__", getattr(member, "fget", member))


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
    function = _function_of(member)
    return isinstance(function, FunctionType) and function.__code__.co_qualname.startswith(
        f"{kind.__qualname__}."
    )


def _members(walk: Walk, kind: type, names: tuple[str, ...]) -> Iterator[Field]:
    members = vars(kind)
    for name in names:
        member = members.get(name, MISSING)
        walk.snapshot.lookups.append((members, name, member))
        qualified = f"{kind.__name__}.{name}"
        if walk.is_ignored(name, qualified):
            yield name, "ignored"
        elif member is not MISSING and not isinstance(member, _SLOTS):
            with walk.reached_by(qualified):
                described = _member(walk, kind, name, member)
            yield name, described


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


def describe_codec(walk: Walk, kind: type) -> tuple[Field, ...]:
    """The codec of a class, by its name and its code; nothing if it has none."""
    codec, known = codec_for(kind), codecs_by_class()
    for base in kind.__mro__[:-1]:
        walk.snapshot.lookups.append((known, base, known.get(base, MISSING)))
    if codec is None:
        return ()
    walk.codecs.append(codec)
    if codec.version is not None:
        return (("codec", codec.name, "version", codec.version, *codec.scope),)
    outer, walk.giver = walk.giver, Giver.CODEC
    code = walk.field(codec.encode, "encode"), walk.field(codec.decode, "decode")
    walk.giver = outer
    return (("codec", codec.name, *code, *codec.scope),)
