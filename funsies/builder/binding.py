"""Which argument goes to which parameter, once for all calls of one shape.

Where arguments go depends on how many there are and on the names of those given by keyword,
never on their values. So Python's own rules decide once for each shape, on placeholders, and
the answer is used for all calls that look alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

import msgspec

from funsies.core.encoding import Encoding

from .signature import FunctionSignature, parameter_encoding
from .type_variables import is_generic

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
