"""Units of values, as annotations carry them: ``Annotated[float, "eV"]``.

They are no part of a type's encoding, nor of any address: they are only compared where an
artefact goes into a parameter and both say in what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from funsies.core.errors import WiringError
from funsies.core.units import are_other_units, is_unit

_MAX_DEPTH = 20


def refuse_other_unit(given: object, wanted: object, what: str) -> None:
    """Refuse a value in one unit where another is asked for.

    Args:
        given: annotation of the value.
        wanted: annotation of what takes it.
        what: takes it, such as "parameter 'x' of f".

    Raises:
        WiringError: if both carry units, at the same place, and these are not the same.
    """
    for one, other in _pairs(given, wanted, _MAX_DEPTH):
        if _are_others(one, other):
            raise WiringError(
                f"{what} is in {other!r}, but it is given an artefact in {one!r}; convert it "
                f"in a task between them, which takes Annotated[float, {one!r}] and returns "
                f"Annotated[float, {other!r}]"
            )


def _pairs(given: Any, wanted: Any, depth: int) -> Iterator[tuple[object, object]]:
    """The units at the same places of two annotations."""
    (given, one), (wanted, other) = _taken_apart(given), _taken_apart(wanted)
    if one is not None and other is not None:
        yield one, other
    inside, asked = _arguments(given), _arguments(wanted)
    if depth and len(inside) == len(asked):
        for each, its in zip(inside, asked, strict=True):
            yield from _pairs(each, its, depth - 1)


def _taken_apart(annotation: Any) -> tuple[Any, object]:
    """An annotation without what is said about it, and the unit; None if there is none."""
    unit: object = None
    annotation = _meant(annotation)
    while get_origin(annotation) is Annotated:
        unit = next(filter(_names_unit, annotation.__metadata__), unit)
        annotation = _meant(annotation.__origin__)
    return annotation, unit


def _meant(annotation: Any) -> Any:
    """What stands for ``float`` in ``float | None``, and for the name of an alias."""
    while type(annotation).__name__ == "TypeAliasType":
        annotation = annotation.__value__
    if get_origin(annotation) in (Union, UnionType):
        others = [each for each in get_args(annotation) if each is not NoneType]
        return others[0] if len(others) == 1 else annotation
    return annotation


def _arguments(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (None, Union, UnionType):
        return []
    return [each for each in get_args(annotation) if each is not ...]


def _names_unit(metadata: object) -> bool:
    if isinstance(metadata, str):
        return is_unit(metadata)
    return any("Unit" in each.__name__ for each in type(metadata).__mro__)


def _are_others(one: object, other: object) -> bool:
    """True if two units are of one kind, and certainly not the same."""
    if isinstance(one, str) and isinstance(other, str):
        return are_other_units(one, other)
    return type(one) is type(other) and not bool(one == other)
