"""Annotations as types, not as text that only the module they stand in can read."""

from __future__ import annotations

import typing
from types import FunctionType


def resolved_annotations(kind: type | FunctionType) -> dict[str, object]:
    """Annotations of a class or function itself, with text replaced by the types it names.

    What cannot be resolved stays as it is.

    >>> class Point:
    ...     x: int
    >>> Point.__annotations__["x"] = "int"
    >>> resolved_annotations(Point)
    {'x': <class 'int'>}
    """
    inherits = isinstance(kind, type)  # a class without annotations shows those of its base
    found = vars(kind).get("__annotations__", {}) if inherits else kind.__annotations__
    own: dict[str, object] = dict(found)
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 (annotations are expressions: they may raise anything)
        return own
    return {name: hints.get(name, annotation) for name, annotation in own.items()}
