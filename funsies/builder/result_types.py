"""What a call gives, as types: what it declares, and what type variables stand for in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Never, NoReturn, TypeVar, TypeVarTuple, Unpack, get_args, get_origin

from funsies.core.encoding import contradicts, encoding_of
from funsies.core.errors import UnsupportedTypeError, WiringError

from .signature import value_annotation


def several_results(annotation: object) -> tuple[object, ...]:
    """Types of the results that a return annotation stands for, if there may be several."""
    parts = get_args(annotation)
    if get_origin(annotation) is tuple and parts and parts[-1] is not Ellipsis:
        return parts
    return (annotation,)


def refuse_contradiction(function: str, returned: object, out: Sequence[object]) -> None:
    """Refuse types in ``out=`` that what the function returns can never have.

    Args:
        function: its name, for messages.
        returned: its return annotation.
        out: the types that ``out=`` names.

    Raises:
        WiringError: if one contradicts the annotation, or if there are more or fewer.
    """
    parts = (returned,) if len(out) == 1 else several_results(value_annotation(returned))
    is_tuple = get_origin(value_annotation(returned)) is tuple
    if is_tuple and 1 < len(parts) != len(out) > 1:
        raise WiringError(
            f"{function} returns {len(parts)} values, but out= names {len(out)} types"
        )
    for declared, annotation in zip(out, parts, strict=False):
        _refuse_one(function, annotation, declared)


def _refuse_one(function: str, annotation: object, declared: object) -> None:
    if is_generic(annotation) or annotation in (Never, NoReturn):
        return
    try:
        returned, stored = encoding_of(value_annotation(annotation)), encoding_of(declared)
    except UnsupportedTypeError:  # what cannot be stored is refused by whoever stores it
        return
    if contradicts(stored, returned):
        raise WiringError(
            f"{function} returns {returned.label}, which is no {stored.label}, as out= says; "
            "leave out= away, or convert the value in the function"
        )


# Type variables of generic functions: what they stand for in one call.
#
# ``def first(items: list[T]) -> T`` given an artefact of ``list[int]`` makes an ``int``.


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
