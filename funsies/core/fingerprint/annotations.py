"""Annotations as types, and what of them counts where a function makes steps."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from types import FunctionType, UnionType
from typing import Any, Final, get_args, get_origin

from funsies.core.digest import Field
from funsies.core.fingerprint.code_digest import constant_field
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source_lookup import class_entry, class_text
from funsies.core.fingerprint.values import ATOMS, INLINE
from funsies.core.fingerprint.walk import Walk
from funsies.core.type_hints import own_annotations


def resolved_annotations(kind: type | FunctionType) -> dict[str, object]:
    """Annotations of a class or function itself, with text replaced by the types it names.

    What cannot be resolved stays as it is.

    >>> class Point:
    ...     x: int
    >>> Point.__annotations__["x"] = "int"
    >>> resolved_annotations(Point)
    {'x': <class 'int'>}
    """
    own: dict[str, object] = own_annotations(kind)
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 (annotations are expressions: they may raise anything)
        return own
    return {name: hints.get(name, annotation) for name, annotation in own.items()}


# Annotations that decide what runs: a function that builds makes steps of what it names.
#
# Of these steps annotations say how values are stored and checked, so they are part of what
# builds them. Classes count by their own text: what else they reach counts for the steps.


def read_types(walk: Walk, function: FunctionType) -> Iterator[Field]:
    """What the annotations of a function mean."""
    for name, annotation in sorted(resolved_annotations(function).items()):
        yield name, _meant(walk, annotation)


_UNION: Final = ("class", ("types", "UnionType"), ("builtins", "object"))
"""The class of ``int | str``, which has another name since Python 3.14."""


def _meant(walk: Walk, annotation: Any) -> Field:
    origin = get_origin(annotation)
    if origin is not None:
        inside = tuple(_meant(walk, each) for each in _arguments(annotation))
        if isinstance(annotation, UnionType):
            return "UnionType", _UNION, inside
        return type(annotation).__name__, _meant(walk, origin), inside
    if isinstance(annotation, type):
        return "class", *(_class(each) for each in annotation.__mro__)
    if type(annotation) in ATOMS:
        return constant_field(annotation)
    if type(annotation) in INLINE:
        return walk.field(annotation, "annotation")
    return type(annotation).__name__, str(getattr(annotation, "__name__", ""))


def _arguments(annotation: Any) -> tuple[Any, ...]:
    found: list[Any] = []
    for each in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
        found += each if isinstance(each, list) else [each]
    return tuple(found)


def _class(kind: type) -> Field:
    if not is_project(kind):
        return _home(kind.__module__), kind.__qualname__
    text = class_text(kind, class_entry(kind))
    return kind.__qualname__, b"" if text is None else text.digest


def _home(module: str) -> str:
    """Its name; of what makes artefacts, that under which steps are stored.

    The package was called ``build``: under another name, each function that is annotated
    with ``Artefact`` would run once more.
    """
    package, point, inside = module.partition("funsies.builder.")
    return f"funsies.build.{inside}" if point and not package else module
