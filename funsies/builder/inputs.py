"""From the arguments of a call to the inputs of its operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, get_origin

from returns.result import Result

from funsies.core.encoding import Encoding, admits, contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, UnsupportedTypeError, WiringError
from funsies.core.graph import Reference

from .artefact import constant_of
from .binding import Parameter
from .nested import refuse_nested
from .units import refuse_other_unit

ANY: Final = encoding_of(Any)


@dataclass(frozen=True, slots=True)
class BoundInput:
    """One input of a Python operation.

    Attributes:
        name: of the input.
        reference: where the value comes from.
        written: how its bytes were written, and are read.
        wanted: what the parameter asks for; the value is checked against it.
        parameter: what the function calls it.
    """

    name: str
    reference: Reference
    written: Encoding[object]
    wanted: Encoding[object]
    parameter: str


def refuse_misfit(parameter: Parameter, given: Encoding[object], function: str) -> None:
    """Check how an artefact was written against the parameter that it is given for.

    An artefact's bytes are read by the encoding with which they were written, so that the
    function gets the very value. Where that says nothing (``Any``), and the value is not what
    the parameter asks for, the parameter's annotation decides.

    Raises:
        WiringError: if the value can never be what the parameter asks for, or is in another
            unit.
    """
    wanted = parameter.wanted
    if contradicts(wanted, given):
        asks_for_result = get_origin(parameter.annotation) is Result
        remedy = "; only a strict=False step is given results" if asks_for_result else ""
        raise WiringError(
            f"parameter {parameter.parameter!r} of {function} is {wanted.label}, "
            f"but it is given an artefact of {given.label}{remedy}"
        )
    what = f"parameter {parameter.parameter!r} of {function}"
    refuse_other_unit(given.annotation, wanted.annotation, what)


def bound_constant(
    parameter: Parameter, value: object, function: str
) -> tuple[Reference, Encoding[object]]:
    """Make a value that is no artefact an input.

    Raises:
        WiringError: if it is not what the parameter asks for.
        UnsupportedTypeError: if it cannot be stored.
    """
    wanted = ANY if parameter.is_generic else parameter.wanted  # it tells the type variables
    try:
        encoding = encoding_of_value(value) if wanted is ANY or wanted == ANY else wanted
        return constant_of(value, encoding)
    except EncodingError as problem:
        made = _by_own_type(value, wanted)
        if made is not None:
            return made
        what = f"argument {parameter.parameter!r} of {function}"
        refuse_nested(value, what)
        kind = (
            UnsupportedTypeError if isinstance(problem, UnsupportedTypeError) else WiringError
        )
        raise kind(f"{what}: {problem}") from None


def _by_own_type(
    value: object, wanted: Encoding[object]
) -> tuple[Reference, Encoding[object]] | None:
    """A value of a subclass of what is wanted, as what it is; None if it cannot be that."""
    try:
        if not admits(wanted, value):
            return None
        return constant_of(value, encoding_of_value(value))
    except EncodingError:
        return None
