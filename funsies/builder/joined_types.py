"""Types of what ``gather`` makes of several artefacts."""

from __future__ import annotations

import functools
import operator
from typing import Any, get_args

from returns.result import Result

from funsies.core.errors import Error

from .artefact import Artefact, put


def item_type(value: Artefact[Any], *, strict: bool) -> Any:
    """Annotation of what is joined for an artefact: its value, or a result."""
    inside = value.encoding.annotation
    return inside if strict else Result[inside, Error]  # type: ignore[valid-type]  # made at run time


def joined_type(items: object, types: list[Any], keys: list[object] | None) -> object:
    """Annotation of the joined value."""
    if keys is not None:
        key_type = (*get_args(put(keys).encoding.annotation), Any)[0]
        return dict[key_type, _union(types)]  # type: ignore[valid-type,misc]  # made at run time
    if isinstance(items, tuple):
        return tuple[tuple(types)]  # type: ignore[misc]  # made at run time
    return list[_union(types)]  # type: ignore[misc]  # made at run time


def _union(types: list[Any]) -> Any:
    distinct = list(dict.fromkeys(types))
    if not distinct or Any in distinct:
        return Any
    return functools.reduce(operator.or_, distinct)
