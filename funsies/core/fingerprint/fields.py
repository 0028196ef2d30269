"""Fields of classes: what a library made of the class body, by its present value.

The text of a class says ``x: int = field(converter=parse)``; what ``parse`` is, and what it
uses, only the live field tells. Of classes without text, these are all there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from funsies.core.digest import Field
from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.values import INLINE
from funsies.core.fingerprint.walk import Walk

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
