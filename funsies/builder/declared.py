"""``out=`` against what the function itself says that it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Never, NoReturn, get_args, get_origin

from funsies.core.encoding import contradicts, encoding_of
from funsies.core.errors import UnsupportedTypeError, WiringError

from .signature import value_annotation
from .type_variables import is_generic


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
