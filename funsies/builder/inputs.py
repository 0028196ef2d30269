"""From the arguments of a call to the inputs of its operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, cast, get_args, get_origin

import msgspec
from returns.result import Result

from funsies.core.encoding import Encoding, admits, contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, UnsupportedTypeError, WiringError
from funsies.core.graph import Reference
from funsies.core.units import are_other_units, is_unit

from .annotations import is_generic
from .artefact import constant_of
from .pointer import refuse_nested
from .signature import FunctionSignature, parameter_encoding

ANY: Final = encoding_of(Any)


class BoundInput(msgspec.Struct, frozen=True):
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


# Which argument goes to which parameter, once for all calls of one shape.
#
# Where arguments go depends on how many there are and on the names of those given by keyword,
# never on their values. So Python's own rules decide once for each shape, on placeholders,
# and the answer is used for all calls that look alike.

MOST_REMEMBERED: Final = 4096
"""So many arguments are remembered of one function, of calls of all shapes."""


_Shape: TypeAlias = tuple[int, tuple[str, ...]]


class Parameter(msgspec.Struct, frozen=True):
    """Where one argument of a call goes.

    Attributes:
        name: under which the value is an input: the position as digits, or a keyword.
        parameter: name of the parameter, as messages show it.
        annotation: of the parameter.
        wanted: how the value of the parameter is read.
        is_generic: True if there are type variables in the annotation.
        place: of the argument in the call: its position, or its keyword.
    """

    name: str
    parameter: str
    annotation: Any
    wanted: Encoding[object]
    is_generic: bool
    place: int | str


class Binding:
    """The parameters of a function, as its calls fill them.

    Args:
        signature: of the function.
        function: its name, for messages.
        strict: False if parameters must be ``Result[T, Error]``; their ``T`` is meant.
    """

    def __init__(self, signature: FunctionSignature, function: str, *, strict: bool) -> None:
        self._signature = signature
        self._function = function
        self._strict = strict
        self._shapes: dict[_Shape, tuple[Parameter, ...]] = {}

    def parameters(
        self, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[Parameter, ...]:
        """Where the arguments of a call go; the same tuple for calls of the same shape.

        Raises:
            WiringError: if they do not fit; the message is Python's own.
            UnsupportedTypeError: if the annotation of a parameter has no encoding.
        """
        shape = (len(args), tuple(kwargs))
        known = self._shapes.get(shape)
        return self._remembered(shape) if known is None else known

    def _remembered(self, shape: _Shape) -> tuple[Parameter, ...]:
        found = self._bound(*shape)
        if sum(map(len, self._shapes.values())) + len(found) > MOST_REMEMBERED:
            self._shapes.clear()  # at one blow: other threads may build steps, too
        if len(found) <= MOST_REMEMBERED:
            self._shapes[shape] = found
        return found

    def _bound(self, number: int, keywords: tuple[str, ...]) -> tuple[Parameter, ...]:
        named = dict(zip(keywords, keywords, strict=True))
        places = self._signature.bind(range(number), named)
        return tuple(
            Parameter(
                each.name,
                each.parameter,
                each.annotation,
                parameter_encoding(each, self._function, strict=self._strict),
                is_generic(each.annotation),
                cast("int | str", each.value),
            )
            for each in places
        )


# Units of values, as annotations carry them: ``Annotated[float, "eV"]``.
#
# They are no part of a type's encoding, nor of any address: they are only compared where an
# artefact goes into a parameter and both say in what they are.

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
