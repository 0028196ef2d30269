"""``py``: Python functions with several results as steps of the workflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, Unpack, overload

from funsies.core.errors import WiringError
from funsies.core.former_names import NO_CONNECTION, former_keywords
from funsies.core.options import Options
from funsies.core.own_options import StepOptions, own_options

from .annotations import several_results
from .artefact import Artefact
from .given import call_given, result_of
from .task import GivenFunction
from .value import Value

R1 = TypeVar("R1", bound="Value | None")
R2 = TypeVar("R2", bound="Value | None")
R3 = TypeVar("R3", bound="Value | None")
R4 = TypeVar("R4", bound="Value | None")
R5 = TypeVar("R5", bound="Value | None")
R6 = TypeVar("R6", bound="Value | None")
R7 = TypeVar("R7", bound="Value | None")
R8 = TypeVar("R8", bound="Value | None")

# The overloads overlap: a tuple is a value as well. The first that fits is meant.


class NamedTuple(Protocol):
    """A named tuple is one value, whatever there is in it."""

    def _asdict(self) -> dict[str, Any]: ...


N = TypeVar("N", bound=NamedTuple)


@overload
def py(
    fun: GivenFunction[N],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[N]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2]]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3]]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3, R4]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4]]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3, R4, R5]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4], Artefact[R5]]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3, R4, R5, R6]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4], Artefact[R5], Artefact[R6]
]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3, R4, R5, R6, R7]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1],
    Artefact[R2],
    Artefact[R3],
    Artefact[R4],
    Artefact[R5],
    Artefact[R6],
    Artefact[R7],
]: ...


@overload
def py(
    fun: GivenFunction[tuple[R1, R2, R3, R4, R5, R6, R7, R8]],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1],
    Artefact[R2],
    Artefact[R3],
    Artefact[R4],
    Artefact[R5],
    Artefact[R6],
    Artefact[R7],
    Artefact[R8],
]: ...


@overload
def py(
    fun: GivenFunction[R1],
    *inputs: Any,
    out: None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R1]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[R1]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2]]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3]]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3], type[R4]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4]]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3], type[R4], type[R5]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4], Artefact[R5]]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3], type[R4], type[R5], type[R6]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1], Artefact[R2], Artefact[R3], Artefact[R4], Artefact[R5], Artefact[R6]
]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3], type[R4], type[R5], type[R6], type[R7]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1],
    Artefact[R2],
    Artefact[R3],
    Artefact[R4],
    Artefact[R5],
    Artefact[R6],
    Artefact[R7],
]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: tuple[type[R1], type[R2], type[R3], type[R4], type[R5], type[R6], type[R7], type[R8]],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> tuple[
    Artefact[R1],
    Artefact[R2],
    Artefact[R3],
    Artefact[R4],
    Artefact[R5],
    Artefact[R6],
    Artefact[R7],
    Artefact[R8],
]: ...


@overload
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: Sequence[object],
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Any: ...


@former_keywords(connection=NO_CONNECTION)
def py(
    fun: Callable[..., Any],
    *inputs: Any,
    out: Sequence[object] | None = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Any:
    """Add a Python function to the workflow: many inputs, many results.

    Args:
        fun: called on a worker; returns a tuple with a value for each result.
        inputs: artefacts, or values to take as they are.
        out: the type of each result, as a tuple for the sake of type checkers; None to take
            them from the return annotation ``tuple[A, B]``. Any other annotation means a
            single result.
        name: of the step.
        strict: as for :func:`reduce`.
        opt: how to run the step.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Returns:
        One artefact, or a tuple of artefacts if there are several results.

    Raises:
        WiringError: if the inputs do not fit, or ``out`` is empty.
        UnsupportedTypeError: if an input or a result is of a type that cannot be stored.
        FingerprintError: if the function uses something that funsies cannot see.

    >>> quotient, remainder = py(divmod, 7, 2, out=(int, int))
    """
    if out is not None and (not isinstance(out, Sequence) or isinstance(out, str)):
        raise WiringError(
            f"out= of py() is a tuple of types, for example out=(int,), not {out!r}"
        )
    annotations = tuple(out) if out is not None else several_results(result_of(fun))
    if not annotations:
        raise WiringError("py() needs at least one result type in out=")
    own = own_options(py, opt, options)
    made = call_given(fun, inputs, name=name, strict=strict, out=annotations, options=own)
    return made[0] if len(made) == 1 else made
