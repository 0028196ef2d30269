"""From the arguments of a call to the inputs of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, get_origin

from returns.result import Result

from funsies.core.encoding import Encoding, admits, contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, UnsupportedTypeError, WiringError
from funsies.core.graph import Reference

from .artefact import Artefact, constant_artefact
from .nested import refuse_nested
from .signature import Argument, parameter_encoding
from .type_variables import is_generic
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


def bind_input(argument: Argument, function: str, *, strict: bool) -> BoundInput:
    """Check one argument against its parameter, and make it an input.

    An artefact's bytes are read by the encoding with which they were written, so that the
    function gets the very value. Where that says nothing (``Any``), and the value is not what
    the parameter asks for, the parameter's annotation decides.

    Raises:
        WiringError: if the value can never be what the parameter asks for, or is in another
            unit.
        UnsupportedTypeError: if it cannot be stored.
    """
    wanted = parameter_encoding(argument, function, strict=strict)
    value = argument.value
    if not isinstance(value, Artefact) and is_generic(argument.annotation):
        value = _constant(argument, ANY, function)  # its value tells the type variables
    if not isinstance(value, Artefact):
        made = _constant(argument, wanted, function)
        return BoundInput(
            argument.name, made.reference, made.encoding, wanted, argument.parameter
        )
    if contradicts(wanted, value.encoding):
        asks_for_result = get_origin(argument.annotation) is Result
        remedy = "; only a strict=False step is given results" if asks_for_result else ""
        raise WiringError(
            f"parameter {argument.parameter!r} of {function} is {wanted.label}, "
            f"but it is given an artefact of {value.encoding.label}{remedy}"
        )
    what = f"parameter {argument.parameter!r} of {function}"
    refuse_other_unit(value.encoding.annotation, wanted.annotation, what)
    return BoundInput(
        argument.name, value.reference, value.encoding, wanted, argument.parameter
    )


def _constant(argument: Argument, wanted: Encoding[object], function: str) -> Artefact[object]:
    what = f"argument {argument.parameter!r} of {function}"
    try:
        encoding = encoding_of_value(argument.value) if wanted == ANY else wanted
        return constant_artefact(argument.value, encoding)
    except EncodingError as problem:
        made = _by_own_type(argument.value, wanted)
        if made is not None:
            return made
        refuse_nested(argument.value, what)
        kind = (
            UnsupportedTypeError if isinstance(problem, UnsupportedTypeError) else WiringError
        )
        raise kind(f"{what}: {problem}") from None


def _by_own_type(value: object, wanted: Encoding[object]) -> Artefact[object] | None:
    """A value of a subclass of what is wanted, as what it is; None if it cannot be that."""
    try:
        if not admits(wanted, value):
            return None
        return constant_artefact(value, encoding_of_value(value))
    except EncodingError:
        return None
