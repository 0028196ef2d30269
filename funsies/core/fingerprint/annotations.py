"""Annotations of a class as types, not as text that only its own module can read."""

from __future__ import annotations

import typing


def resolved_annotations(kind: type) -> dict[str, object]:
    """Annotations of the class itself, with text replaced by the types that it names.

    What cannot be resolved stays as it is.

    >>> class Point:
    ...     x: int
    >>> Point.__annotations__["x"] = "int"
    >>> resolved_annotations(Point)
    {'x': <class 'int'>}
    """
    own: dict[str, object] = dict(vars(kind).get("__annotations__", {}))
    try:
        hints = typing.get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 (annotations are expressions: they may raise anything)
        return own
    return {name: hints.get(name, annotation) for name, annotation in own.items()}
