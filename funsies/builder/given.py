"""What the user gives as the function of a step: a task is taken for what it is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from funsies.core.errors import WiringError
from funsies.core.own_options import NO_OPTIONS, OwnOptions

from .artefact import Artefact
from .call import call
from .python_task import FunctionSpec
from .signature import function_name, signature_of, value_annotation
from .task import Task


@dataclass(frozen=True, slots=True)
class GivenTask:
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
