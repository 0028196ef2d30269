"""Type variables of generic functions: what they stand for in one call.

``def first(items: list[T]) -> T`` given an artefact of ``list[int]`` makes an ``int``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, TypeVarTuple, Unpack, get_args, get_origin


def solve(pairs: Iterable[tuple[object, object]]) -> dict[TypeVar, object]:
    """Find out what the type variables of parameters stand for.

    Args:
        pairs: annotation of each parameter, and the type of what it is given.

    Returns:
        Those that stand for one type, the same at every place.

    >>> T = TypeVar("T")
    >>> solve([(list[T], list[int]), (T, int)])
    {~T: <class 'int'>}
    >>> solve([(T, str), (T, int)])
    {}
    """
    found: dict[TypeVar, set[object]] = {}
    for wanted, given in pairs:
        _unify(wanted, given, found)
    return {variable: next(iter(types)) for variable, types in found.items() if len(types) == 1}


def _unify(wanted: object, given: object, found: dict[TypeVar, set[object]]) -> None:
    if isinstance(wanted, TypeVar):
        found.setdefault(wanted, set()).add(given)
        return
    container, kind = get_origin(wanted), get_origin(given)
    if not (isinstance(container, type) and isinstance(kind, type)):
        return
    parts, given_parts = get_args(wanted), get_args(given)
    if issubclass(kind, container) and len(parts) == len(given_parts):
        for part, given_part in zip(parts, given_parts, strict=True):
            _unify(part, given_part, found)


def is_generic(annotation: object) -> bool:
    """True if there are type variables in an annotation."""
    return isinstance(annotation, TypeVar) or bool(_variables(annotation))


def _variables(annotation: object) -> tuple[TypeVar, ...]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return ()  # a generic class by itself
    return getattr(annotation, "__parameters__", ())


def substitute(annotation: object, types: dict[TypeVar, object]) -> object:
    """Put types in the place of type variables; ``Any`` for those that are not known.

    >>> T = TypeVar("T")
    >>> substitute(list[T], {T: int})
    list[int]
    >>> substitute(T, {})
    typing.Any
    """
    if isinstance(annotation, TypeVar):
        return types.get(annotation, Any)
    variables = _variables(annotation)
    if not variables:
        return annotation
    generic: Any = annotation
    return generic[tuple(types.get(each, _anything(each)) for each in variables)]


def _anything(variable: object) -> Any:
    """What stands for a type variable that is not known; ``*Ts`` is any number of types."""
    return Unpack[tuple[Any, ...]] if isinstance(variable, TypeVarTuple) else Any
