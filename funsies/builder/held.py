"""Artefacts that a ``functools.partial`` of a task holds: it is given their values later."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from funsies.core.encoding import encoding_of, has_pickles
from funsies.core.errors import WiringError

from .artefact import Artefact, constant_artefact, put
from .callee import without_partials
from .given import given_task, name_of, parameters_of, plain_function

Place = int | str


class Emptied(NamedTuple):
    """A function without the artefacts that it held.

    Attributes:
        function: with None in their places.
        places: the positions and the keywords of the artefacts.
        artefacts: in the same order.
    """

    function: Callable[..., Any]
    places: tuple[Place, ...]
    artefacts: tuple[Artefact[Any], ...]


def emptied(function: Callable[..., Any]) -> Emptied:
    """Take the artefacts out of a partial of a task; any other function is as it was.

    Raises:
        WiringError: if it is a partial of a plain function.

    >>> from funsies.builder.task import task
    >>> @task
    ... def power(base: int, exponent: int) -> int:
    ...     return base**exponent
    >>> emptied(functools.partial(power, exponent=put(3))).places
    ('exponent',)
    >>> emptied(pow).artefacts
    ()
    """
    if not isinstance(function, functools.partial):
        return Emptied(function, (), ())
    held = _held(function)
    if held and given_task(function) is None:
        raise WiringError(
            f"the partial of {name_of(function)} holds an artefact, and a plain function is "
            f"called with values: make it a task, @f.task over {name_of(function)}"
        )
    return Emptied(_with(function, dict.fromkeys(held)), tuple(held), tuple(held.values()))


def _held(function: functools.partial[Any]) -> dict[Place, Artefact[Any]]:
    given: list[tuple[Place, object]] = [*enumerate(function.args), *function.keywords.items()]
    return {place: thing for place, thing in given if isinstance(thing, Artefact)}


def filled(
    function: Callable[..., Any], places: Sequence[Place], values: Sequence[object]
) -> Callable[..., Any]:
    """Put values where the artefacts were, each as one constant for all steps to come."""
    if not isinstance(function, functools.partial):
        return function
    annotations = _annotations(function)
    constants = [
        _constant(value, annotations.get(place))
        for place, value in zip(places, values, strict=True)
    ]
    return _with(function, dict(zip(places, constants, strict=True)))


def _with(function: functools.partial[Any], things: Mapping[Place, Any]) -> Callable[..., Any]:
    args = [things.get(place, thing) for place, thing in enumerate(function.args)]
    keywords = {place: things.get(place, thing) for place, thing in function.keywords.items()}
    return functools.partial(function.func, *args, **keywords)


def _annotations(function: functools.partial[Any]) -> dict[Place, object]:
    """What the parameters say, by their names and their positions."""
    callee: Any = without_partials(plain_function(function))
    found: dict[Place, object] = {}
    for position, (name, annotation) in enumerate(parameters_of(callee)):
        found[position] = found[name] = annotation
    return found


def _constant(value: object, annotation: Any) -> Artefact[Any]:
    """A value as its parameter has it: as a pickle if it says so."""
    if has_pickles(annotation):
        return constant_artefact(value, encoding_of(annotation))
    return put(value)
