"""What a call of something calls: a function, a class, or the ``__call__`` of an object."""

from __future__ import annotations

import functools
import inspect
from typing import get_origin


def without_partials(function: object) -> object:
    """What is called in the end."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def class_of(callee: object) -> type | None:
    """The class whose objects a call makes: of ``Box``, or of ``Box[int]``."""
    kind = get_origin(callee) or callee
    return kind if isinstance(kind, type) else None


def annotated(callee: object) -> object:
    """What has the annotations of a call: an object has those of its class for its fields."""
    kind = class_of(callee)
    if kind is not None:
        return inspect.getattr_static(kind, "__init__")
    if inspect.isroutine(callee) or "__annotations__" in getattr(callee, "__dict__", {}):
        return callee
    return getattr(type(callee), "__call__", callee)  # noqa: B004  (it is what is called)
