"""What functions return: a value to be stored, or an artefact to go on with."""

from __future__ import annotations

from mypy.types import Type

from . import codes
from .encodable import unencodable, unencodable_value
from .inputs import is_annotated, is_bare
from .layouts import without_layout
from .messages import fail, returns_artefact, shown
from .step import Step
from .types import (
    has_artefact,
    inside_artefact,
    is_any,
    unknown,
    value_of,
)


def stored(step: Step, result: Type, *, is_declared: bool = False) -> Type:
    """The type of the value that is stored for the result of a function.

    Args:
        step: of the function.
        result: what the function is annotated to return.
        is_declared: whether ``out=`` says how it is stored, so that the annotation need not.
    """
    if has_artefact(result):
        text = returns_artefact(step.function, step.caller)
        fail(step.api, codes.DYNAMIC, text, step.where)
        return unknown()
    kind = value_of(result)
    if is_bare(step):  # what it makes of an array need not be as that array is
        kind = without_layout(kind)
    look = unencodable if is_annotated(step, step.callee) else unencodable_value
    problem = look(step.api, kind)
    if problem is not None and not is_declared:
        text = f'"{step.function}" returns {problem}'
        fail(step.api, codes.ENCODING, text, step.where)
    return kind


def continued(step: Step, result: Type) -> Type:
    """The type of the value of the artefact that a function returns."""
    if is_any(result):
        return unknown()
    inside = inside_artefact(result)
    if inside is None:
        text = (
            f'"{step.caller}" needs a function that returns an artefact, but "{step.function}" '
            f"returns {shown(step.api, result)}; use map() or reduce() for a value"
        )
        fail(step.api, codes.DYNAMIC, text, step.where)
    return inside or unknown()
