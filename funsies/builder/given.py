"""What the user gives as the function of a step: a task is taken for what it is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from funsies.core.encoding import encoding_of, has_pickles
from funsies.core.errors import WiringError
from funsies.core.own_options import NO_OPTIONS, OwnOptions

from .annotations import value_annotation, without_partials
from .artefact import Artefact, constant_artefact, put
from .call import call
from .python_task import FunctionSpec
from .signature import function_name, signature_of
from .task import Task


class GivenTask(msgspec.Struct, frozen=True):
    """A task, or a ``functools.partial`` of one, where a function is asked for.

    Attributes:
        task: the task.
        args: that the partial fixes.
        keywords: that it fixes.
    """

    task: Task[..., Any]
    args: tuple[object, ...]
    keywords: Mapping[str, object]

    @property
    def name(self) -> str:
        """The name that people see."""
        return self.task.spec.shown_name

    @property
    def is_strict(self) -> bool:
        """True if the function is given values, not results."""
        return self.task.spec.strict

    @property
    def result(self) -> Any:
        """Type of the values that it makes."""
        return value_annotation(signature_of(self.task.fn).result)

    @property
    def function(self) -> Callable[..., Any]:
        """What to call to have the value at once."""
        return functools.partial(self.task.fn, *self.args, **self.keywords)


def given_task(function: object) -> GivenTask | None:
    """The task that is given; None if it is another function.

    >>> from funsies.builder.task import task
    >>> @task
    ... def power(base: int, exponent: int) -> int:
    ...     return base**exponent
    >>> given_task(functools.partial(power, exponent=2)).keywords
    {'exponent': 2}
    >>> given_task(len)
    """
    args: tuple[object, ...] = ()
    keywords: dict[str, object] = {}
    while isinstance(function, functools.partial):
        args, keywords = (*function.args, *args), {**function.keywords, **keywords}
        function = function.func
    return GivenTask(function, args, keywords) if isinstance(function, Task) else None


def plain_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """What gives a value when it is called: of a task its function."""
    given = given_task(function)
    return function if given is None else given.function


def name_of(function: Callable[..., Any]) -> str:
    """The name of a function or task, as people know it."""
    given = given_task(function)
    return function_name(function) if given is None else given.name


def result_of(function: Callable[..., Any]) -> Any:
    """The annotated type of what a function or task returns."""
    given = given_task(function)
    return signature_of(function).result if given is None else given.result


def parameters_of(function: Callable[..., Any]) -> list[tuple[str, object]]:
    """The names and annotated types of what a function or task takes."""
    return list(signature_of(plain_function(function)).annotations.items())


def call_given(
    function: Callable[..., Any],
    inputs: Sequence[object],
    *,
    name: str | None = None,
    strict: bool = True,
    out: tuple[object, ...] | None = None,
    options: OwnOptions = NO_OPTIONS,
) -> tuple[Artefact[Any], ...]:
    """Make the operation of a call of what the user gave, and return its outputs.

    Of a task it is the very step that a call of the task makes.

    Args:
        function: a function or a task.
        inputs: artefacts and values.
        name: of the step; None for that of the function or task.
        strict: False if the function takes results; a task says so by itself.
        out: annotations of the results; None for those of the function.
        options: what the call says of how it is run, upon what the task says.

    Raises:
        WiringError: if the inputs do not fit, or a strict task is to be given results.
    """
    given = given_task(function)
    if given is None:
        spec = FunctionSpec(function, name=name, strict=strict, out=out, options=options)
        return call(spec, inputs, {})
    if given.is_strict and not strict:
        raise WiringError(
            f"the task {given.name} takes values, so strict=False does not fit: write "
            "@f.task(strict=False) over its function, with Result[T, Error] as parameters"
        )
    own = given.task.spec
    spec = replace(own, name=name or own.name, out=out, options=options.upon(own.options))
    return call(spec, (*given.args, *inputs), given.keywords)


ArgumentKey = int | str


class Emptied(NamedTuple):
    """A function without the artefacts that it held.

    Attributes:
        function: with None in their places.
        places: the positions and the keywords of the artefacts.
        artefacts: in the same order.
    """

    function: Callable[..., Any]
    places: tuple[ArgumentKey, ...]
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


def _held(function: functools.partial[Any]) -> dict[ArgumentKey, Artefact[Any]]:
    given: list[tuple[ArgumentKey, object]] = [
        *enumerate(function.args),
        *function.keywords.items(),
    ]
    return {place: thing for place, thing in given if isinstance(thing, Artefact)}


def filled(
    function: Callable[..., Any], places: Sequence[ArgumentKey], values: Sequence[object]
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


def _with(
    function: functools.partial[Any], things: Mapping[ArgumentKey, Any]
) -> Callable[..., Any]:
    args = [things.get(place, thing) for place, thing in enumerate(function.args)]
    keywords = {place: things.get(place, thing) for place, thing in function.keywords.items()}
    return functools.partial(function.func, *args, **keywords)


def _annotations(function: functools.partial[Any]) -> dict[ArgumentKey, object]:
    """What the parameters say, by their names and their positions."""
    callee: Any = without_partials(plain_function(function))
    found: dict[ArgumentKey, object] = {}
    for position, (name, annotation) in enumerate(parameters_of(callee)):
        found[position] = found[name] = annotation
    return found


def _constant(value: object, annotation: Any) -> Artefact[Any]:
    """A value as its parameter has it: as a pickle if it says so."""
    if has_pickles(annotation):
        return constant_artefact(value, encoding_of(annotation))
    return put(value)
