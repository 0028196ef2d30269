"""``@task``: a function whose calls add steps to the workflow."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import Any, ClassVar, Concatenate, Generic, ParamSpec, TypeVar, Unpack, overload

from msgspec.structs import replace
from returns.result import Result

from funsies.core.errors import Error, OptionError, WiringError
from funsies.core.fingerprint import WrappedTask
from funsies.core.options import Options
from funsies.core.own_options import OF_ONE_STEP, RunOptions, StepOptions, own_options
from funsies.core.type_hints import call_shape

from .annotations import remember_annotations
from .artefact import Artefact
from .call import call
from .context import may_build, refuse_building
from .python_task import FunctionSpec
from .signature import function_name, refuse_unusable
from .value import Value

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
V = TypeVar("V")
Q = ParamSpec("Q")
A1 = TypeVar("A1", bound="Value | None")
A2 = TypeVar("A2", bound="Value | None")
A3 = TypeVar("A3", bound="Value | None")


class Task(Generic[P, R_co]):
    """A function that is a step: call it with artefacts or values, get an artefact.

    Attributes:
        spec: how it is used as a step.
    """

    __funsies_remedy__: ClassVar[str] = "call it, and give what it returns"

    spec: FunctionSpec

    def __init__(self, spec: FunctionSpec, function: Callable[P, R_co]) -> None:
        self.spec = spec
        self._function = function
        functools.update_wrapper(self, function)

    @property
    def fn(self) -> Callable[P, R_co]:
        """The function itself, to call it directly."""
        return self._function

    # An error that a function returns ends its step: it is no value. Parameters up to
    # the last that an artefact is given for are spelled out, for the sake of generic functions.

    @overload
    def __call__(
        self: Task[P, Result[V, Any]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Artefact[V]: ...

    @overload
    def __call__(
        self: Task[P, Result[V, Any]], /, *args: Any, **kwargs: Any
    ) -> Artefact[V]: ...

    @overload
    def __call__(
        self: Task[Concatenate[A1, A2, A3, Q], V | Error],
        i1: Artefact[A1] | A1,
        i2: Artefact[A2] | A2,
        i3: Artefact[A3],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> Artefact[V]: ...

    @overload
    def __call__(
        self: Task[Concatenate[A1, A2, Q], V | Error],
        i1: Artefact[A1] | A1,
        i2: Artefact[A2],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> Artefact[V]: ...

    @overload
    def __call__(
        self: Task[Concatenate[A1, Q], V | Error],
        i1: Artefact[A1],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> Artefact[V]: ...

    @overload
    def __call__(
        self: Task[P, V | Error], /, *args: P.args, **kwargs: P.kwargs
    ) -> Artefact[V]: ...

    @overload
    def __call__(self: Task[P, V | Error], /, *args: Any, **kwargs: Any) -> Artefact[V]: ...

    def __call__(self, /, *args: Any, **kwargs: Any) -> Artefact[Any]:
        """Add the step to the workflow.

        Raises:
            WiringError: if the arguments do not fit the function's parameters, or inside of a
                step that returns a value.
            UnsupportedTypeError: if an argument is of a type that cannot be stored.
        """
        if not may_build():
            name = self.spec.shown_name
            refuse_building(f"the task {name} is called", f"Call its function, {name}.fn(...)")
        return call(self.spec, args, kwargs)[0]

    def options(
        self, *, opt: Options | None = None, **options: Unpack[StepOptions]
    ) -> Task[P, R_co]:
        """Say how single calls are run, and what they are called: ``align.options(...)(x)``.

        The steps are the very ones that calls of the task make: none of this is part of their
        identity.

        Args:
            opt: how to run them, from :func:`~funsies.options`.
            options: single ones by keyword, upon what the task says: ``queue``, ``retries`` and
                so on; and ``label``, under which people find the step.

        Raises:
            OptionError: if there is no such option, or a value makes no sense.

        >>> @task
        ... def mean(samples: list[float]) -> float:
        ...     return sum(samples) / len(samples)
        >>> mean.options(label="of the first day")([1.0, 2.0]) == mean([1.0, 2.0])
        True
        """
        own = own_options(self.options, opt, options).upon(self.spec.options)
        return Task(replace(self.spec, options=own), self.fn)

    def __funsies_fingerprint__(self) -> WrappedTask:
        """The function and what was said of it, for the fingerprint of code that uses it."""
        spec = self.spec
        return WrappedTask(self.fn, spec.shown_name, spec.version, spec.ignore, spec.strict)

    def __repr__(self) -> str:
        return f"<Task {self.spec.shown_name}>"


GivenTask = Task[..., V] | functools.partial[Artefact[V]]
"""A task, or a partial of one, where a function is given: its result is ``V``, no pointer."""

GivenFunction = Callable[..., V] | GivenTask[V]
"""A function of any inputs, which may be a task."""


@overload
def task(function: Callable[P, R], /) -> Task[P, R]: ...


@overload
def task(
    *,
    name: str | None = None,
    version: str | None = None,
    strict: bool = True,
    ignore: Collection[str] = (),
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Callable[[Callable[P, R]], Task[P, R]]: ...


def task(
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    version: str | None = None,
    strict: bool = True,
    ignore: Collection[str] = (),
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Task[P, R] | Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a task: a call of it adds a step and returns an artefact.

    Args:
        function: a plain function with annotations.
        name: by which it is counted and shown; the function's own by default. Part of the
            identity.
        version: replaces the code in the identity: change it when the results change.
        strict: False gives the function each argument as ``Result[T, Error]``.
        ignore: names of globals or captured variables that do not count for the identity.
        opt: how to run the steps, from :func:`~funsies.options`.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Raises:
        WiringError: if the function is a coroutine, a generator, a method or a class; and when
            it is called, if ``ignore`` has a name that its code does not use.

    >>> @task
    ... def mean(samples: list[float]) -> float:
    ...     return sum(samples) / len(samples)
    >>> mean([1.0, 2.0])
    <Artefact[float] ... of mean>
    >>> mean.fn([1.0, 2.0])
    1.5
    """
    _refuse_text(function, ignore)
    if "label" in options:
        raise OptionError(OF_ONE_STEP)
    own = own_options(task, opt, options)

    def decorate(wrapped: Callable[P, R]) -> Task[P, R]:
        _refuse_odd(wrapped)
        remember_annotations(wrapped)
        spec = FunctionSpec(
            wrapped,
            name=name,
            strict=strict,
            version=version,
            ignore=ignore,
            is_task=True,
            options=own,
        )
        return Task(spec, wrapped)

    return decorate if function is None else decorate(function)


def _refuse_text(function: object, ignore: object) -> None:
    if isinstance(ignore, str):
        raise WiringError(f"ignore= is a list of names: ignore=[{ignore!r}]")
    if isinstance(function, str):
        raise WiringError(f"@task takes a name by keyword: @task(name={function!r})")


def _refuse_odd(function: Callable[..., object]) -> None:
    refuse_unusable(function, "@task cannot wrap")
    shown = function_name(function)
    if isinstance(function, type):
        raise WiringError(
            f"@task cannot wrap the class {shown}; make its objects in a step with "
            f"reduce({shown}, ...), or write a function that returns one"
        )
    if "." in shown and next(iter(call_shape(function).parameters), "") == "self":
        raise WiringError(f"@task cannot wrap the method {shown}; use a module-level function")
