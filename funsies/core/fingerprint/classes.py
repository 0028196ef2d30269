"""Classes of the project: their text, and what is in them now."""

from __future__ import annotations

import abc
import functools
import sys
from abc import ABCMeta
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from types import FunctionType, MemberDescriptorType
from typing import Any, Final, NamedTuple, Protocol

from funsies.core.digest import Field
from funsies.core.encoding.codecs import codec_for, codecs_by_class
from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.caching import MISSING
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.source import NOWHERE
from funsies.core.fingerprint.source_lookup import class_entry, class_text
from funsies.core.fingerprint.values import ATOMS, INLINE
from funsies.core.fingerprint.walk import Walk
from funsies.core.type_hints import LAZY_ANNOTATIONS


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

_GENERATED: Final = LAZY_ANNOTATIONS | {"__dict__", "__weakref__", "__slotnames__", "__doc__"}


def describe_class(walk: Walk, kind: type) -> tuple[Field, ...]:
    """Text, bases and present members of a class of the project."""
    entry = class_entry(kind)
    text = class_text(kind, entry)
    walk.place = NOWHERE if text is None else text.place
    names = _written_names(kind) if text is None else _with_added_names(kind, text.names)
    walk.snapshot.values.append((partial(_size, kind), _size(kind)))
    walk.environment.take(kind)
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
    return tuple(sorted((added - LAZY_ANNOTATIONS).union(names)))


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
    return b"%d" % (len(vars(kind)) - sum(name in vars(kind) for name in LAZY_ANNOTATIONS))


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


# Fields of classes: what a library made of the class body, by its present value.
#
# The text of a class says ``x: int = field(converter=parse)``; what ``parse`` is, and what it
# uses, only the live field tells. Of classes without text, these are all there is.

_HOLDERS: Final = (
    "__dataclass_fields__",
    "__attrs_attrs__",
    "__pydantic_fields__",
    "__private_attributes__",
    "_fields",
    "_field_defaults",
)
"""Where libraries keep what a class body said about fields; slots hide it elsewhere."""

_LIBRARIES: Final = frozenset({"dataclasses", "attr", "attrs", "pydantic"})

_DEFAULTS: Final = ("default", "default_factory", "factory")
_BEHAVIOUR: Final = (
    "converter",
    "validator",
    "on_setattr",
    "eq_key",
    "order_key",
    "metadata",
)
"""Attributes of fields that hold code and constants; the rest is in the text of the class."""

_NO_DEFAULT: Final = frozenset(
    {
        ("dataclasses", "_MISSING_TYPE"),
        ("attr", "_Nothing"),
        ("msgspec", "NoDefaultType"),
        ("pydantic_core", "PydanticUndefinedType"),
    }
)
"""Types of the markers that say that there is no default: package and name."""


def describe_fields(walk: Walk, kind: type) -> Iterator[Field]:
    """Fields of a class in their order, with their defaults, converters and validators."""
    for holder in _HOLDERS:
        fields = vars(kind).get(holder)
        if isinstance(fields, Mapping):
            for name, about in fields.items():
                yield holder, name, _field(walk, kind, name, about)
        elif isinstance(fields, tuple):
            for about in fields:
                name = str(getattr(about, "name", about))
                yield holder, name, _field(walk, kind, name, about)
    yield getattr(kind, "__struct_fields__", ())
    struct_defaults = getattr(kind, "__struct_defaults__", ())
    yield tuple(_default(walk, "default", each) for each in struct_defaults)


def _field(walk: Walk, kind: type, name: str, about: object) -> Field:
    qualified = f"{kind.__name__}.{name}"
    if walk.is_ignored(name, qualified):
        return "ignored"
    with walk.reached_by(qualified):
        return _described(walk, name, about)


def _described(walk: Walk, name: str, about: Any) -> Field:
    """What is said about a field, whatever the library calls it."""
    if isinstance(about, str):
        return about
    if _package(about) not in _LIBRARIES:
        return walk.field(about, name)
    walk.library(_package(about))
    held = ((each, getattr(about, each, None)) for each in _BEHAVIOUR)
    return (
        tuple(_default(walk, name, getattr(about, each, None)) for each in _DEFAULTS),
        tuple((each, walk.field(value, f"{name}.{each}")) for each, value in held if value),
    )


def _default(walk: Walk, name: str, value: object) -> Field:
    if value is None or (_package(value), type(value).__name__) in _NO_DEFAULT:
        return None
    return walk.field(getattr(value, "factory", value), name)


def _package(thing: object) -> str:
    return type(thing).__module__.partition(".")[0]


def describe_annotations(walk: Walk, kind: type) -> Iterator[Field]:
    """Types of the fields: their names in the text may stand for something else by now."""
    for name, annotation in sorted(resolved_annotations(kind).items()):
        is_type = annotation is None or isinstance(annotation, (type, str))
        if is_type or type(annotation) in INLINE:
            yield name, walk.field(annotation, name)
        else:
            yield name, type(annotation).__name__


_members_of: Final = getattr(abc, "_get_dump")  # noqa: B009 (the stubs lack it; a test has it)
_EVERYTHING: Final = (abc.ABC, Protocol)
"""Bases of classes that have nothing else in common."""


def subclasses_field(walk: Walk, kind: type) -> Field:
    """All subclasses of a class, direct or not.

    In which order they were made does not count: that may be another one where the step runs.
    """
    walk.snapshot.values.append(
        (partial(_which, kind, all_subclasses), _which(kind, all_subclasses))
    )
    return "subclasses", _classes(walk, all_subclasses(kind))


def registered_field(walk: Walk, kind: object) -> tuple[Field, ...]:
    """Classes of the project that were registered with an abstract class, or one below it."""
    if not isinstance(kind, abc.ABCMeta) or kind in _EVERYTHING:
        return ()
    _watch(walk, kind, registered_classes)
    found = _classes(walk, registered_classes(kind))
    return (("registered", found),) if found else ()


def all_subclasses(kind: type) -> Iterator[type]:
    """The subclasses of a class, and theirs; each may come more than once."""
    below: list[type] = type.__subclasses__(kind)
    for each in below:
        if not _is_replaced(each):
            yield each
        yield from all_subclasses(each)


def owner_of(function: FunctionType) -> type | None:
    """The class of the project in whose body a method was written; None if it is no method."""
    *outer, name = function.__code__.co_qualname.split(".")
    found = _at(function.__globals__.get(outer[0]), outer[1:]) if outer else None
    if not isinstance(found, type) or not is_project(found):
        return None
    return None if isinstance(vars(found).get(name), staticmethod) else found


def registered_classes(kind: type) -> Iterator[type]:
    """Classes of the project that were registered with an abstract class, or one below it."""
    for each in (kind, *all_subclasses(kind)):
        if isinstance(each, abc.ABCMeta):
            known = (reference() for reference in _members_of(each)[0])
            yield from (other for other in known if other is not None and _counts(other))


def _counts(registered: type) -> bool:
    return is_project(registered) and not _is_replaced(registered)


def _is_replaced(kind: type) -> bool:
    """True if its module has another class of this name by now: a cell that was run again."""
    found = _at(sys.modules.get(kind.__module__), kind.__qualname__.split("."))
    return isinstance(found, type) and found is not kind


def _at(found: object, names: Iterable[str]) -> object:
    for name in names:
        found = getattr(found, name, None)
    return found


def _classes(walk: Walk, classes: Iterable[type]) -> tuple[Field, ...]:
    in_order = sorted(set(classes), key=lambda each: (each.__qualname__, each.__module__))
    return tuple(walk.field(each, each.__name__) for each in in_order)


def _watch(walk: Walk, kind: type, classes: Callable[[type], Iterator[type]]) -> None:
    walk.snapshot.values.append((partial(_which, kind, classes), _which(kind, classes)))


def _which(kind: type, classes: Callable[[type], Iterator[type]]) -> bytes:
    """Changes when a class is added."""
    return b",".join(b"%d" % number for number in sorted({id(each) for each in classes(kind)}))
