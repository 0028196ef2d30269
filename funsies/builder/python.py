"""``reduce`` and ``morph``: Python functions as steps of the workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, Unpack, overload

from returns.result import Result

from funsies.core.errors import WiringError
from funsies.core.former_names import NO_CONNECTION, former_keywords
from funsies.core.options import Options
from funsies.core.own_options import StepOptions, own_options

from .artefact import Artefact
from .given import call_given, name_of
from .task import GivenTask, Task
from .value import Value

R = TypeVar("R", bound="Value | None")
M = TypeVar("M", bound=Mapping[str, object])
"""What ``out=`` says more of than the function: a ``TypedDict`` that is a ``dict`` there."""

A1 = TypeVar("A1", bound="Value | None")
A2 = TypeVar("A2", bound="Value | None")
A3 = TypeVar("A3", bound="Value | None")
A4 = TypeVar("A4", bound="Value | None")
A5 = TypeVar("A5", bound="Value | None")
A6 = TypeVar("A6", bound="Value | None")
A7 = TypeVar("A7", bound="Value | None")
A8 = TypeVar("A8", bound="Value | None")


@overload
def reduce(
    fun: Callable[[], Any],
    *,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Callable[[A1], Any],
    i1: Artefact[A1] | A1,
    /,
    *,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Callable[[A1, A2], Any],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    /,
    *,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3], Any],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    /,
    *,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Callable[..., Any],
    i1: Any,
    i2: Any,
    i3: Any,
    i4: Any,
    /,
    *inputs: Any,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Callable[..., Any],
    *inputs: Any,
    out: type[M],
    name: str | None = None,
    strict: bool,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def reduce(
    fun: Task[..., Result[R, Any]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: GivenTask[R],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[], R],
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1], R],
    i1: Artefact[A1] | A1,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3, A4], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    i4: Artefact[A4] | A4,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3, A4, A5], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    i4: Artefact[A4] | A4,
    i5: Artefact[A5] | A5,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3, A4, A5, A6], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    i4: Artefact[A4] | A4,
    i5: Artefact[A5] | A5,
    i6: Artefact[A6] | A6,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3, A4, A5, A6, A7], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    i4: Artefact[A4] | A4,
    i5: Artefact[A5] | A5,
    i6: Artefact[A6] | A6,
    i7: Artefact[A7] | A7,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[[A1, A2, A3, A4, A5, A6, A7, A8], R],
    i1: Artefact[A1] | A1,
    i2: Artefact[A2] | A2,
    i3: Artefact[A3] | A3,
    i4: Artefact[A4] | A4,
    i5: Artefact[A5] | A5,
    i6: Artefact[A6] | A6,
    i7: Artefact[A7] | A7,
    i8: Artefact[A8] | A8,
    /,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[..., R],
    i1: Any,
    i2: Any,
    i3: Any,
    i4: Any,
    i5: Any,
    i6: Any,
    i7: Any,
    i8: Any,
    i9: Any,
    /,
    *inputs: Any,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def reduce(
    fun: Callable[..., R],
    *inputs: Any,
    out: object = None,
    name: str | None = None,
    strict: bool,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@former_keywords(connection=NO_CONNECTION)
def reduce(
    fun: Callable[..., R],
    *inputs: Any,
    out: object = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]:
    """Add a Python function to the workflow: many inputs, one result.

    Args:
        fun: called on a worker with the values of the inputs. Its annotations say how
            values are stored and checked; without any, they are plain JSON values.
        inputs: artefacts, or values to take as they are.
        out: type of the result, in the place of the function's return annotation.
        name: of the step, in the place of the function's own name.
        strict: True ends the step with the error of an input, if there is one, and does not
            call the function; False gives it each input as ``Result[T, Error]``.
        opt: how to run the step, from :func:`~funsies.options`.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Returns:
        The artefact of the result.

    Raises:
        WiringError: if the inputs do not fit the function's parameters.
        UnsupportedTypeError: if an input or the result is of a type that cannot be stored.
        FingerprintError: if the function uses something that funsies cannot see.

    >>> total = reduce(sum, [3, 2])
    >>> total
    <Artefact[Any] ... of sum>
    """
    annotations = None if out is None else (out,)
    own = own_options(reduce, opt, options)
    return call_given(fun, inputs, name=name, strict=strict, out=annotations, options=own)[0]


@overload
def morph(
    fun: Callable[[A1], Any],
    inp: Artefact[A1] | A1,
    *,
    out: type[M],
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def morph(
    fun: Callable[..., Any],
    inp: Any,
    *,
    out: type[M],
    name: str | None = None,
    strict: bool,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[M]: ...


@overload
def morph(
    fun: Task[..., Result[R, Any]],
    inp: Any,
    *,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def morph(
    fun: GivenTask[R],
    inp: Any,
    *,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def morph(
    fun: Callable[[A1], R],
    inp: Artefact[A1] | A1,
    *,
    out: object = None,
    name: str | None = None,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@overload
def morph(
    fun: Callable[..., R],
    inp: Any,
    *,
    out: object = None,
    name: str | None = None,
    strict: bool,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]: ...


@former_keywords(connection=NO_CONNECTION)
def morph(
    fun: Callable[..., R],
    inp: Any,
    *others: object,
    out: object = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R]:
    """Add a Python function to the workflow: one input, one result.

    The same as :func:`reduce` with a single input; who gives several is told to use that.

    Raises:
        WiringError: if there are several inputs, and as of :func:`reduce`.

    >>> morph(str.upper, "abc")
    <Artefact[Any] ... of str.upper>
    """
    if others:
        raise WiringError(
            f"morph() gives a function one input: reduce({name_of(fun)}, ...) gives it several"
        )
    annotations = None if out is None else (out,)
    own = own_options(morph, opt, options)
    return call_given(fun, (inp,), name=name, strict=strict, out=annotations, options=own)[0]
