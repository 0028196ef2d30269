"""Dynamic steps: functions that run on a worker and continue the workflow from there."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from returns.primitives.hkt import Kind1, dekind
from returns.result import Result, Success

from funsies.core.errors import Error
from funsies.core.graph import TaskKind

from .artefact import Artefact, put
from .call import call
from .given import call_given, given_task, name_of, result_of
from .python_task import FunctionSpec

T = TypeVar("T")
U = TypeVar("U")


def bind(function: Callable[[T], Kind1[Artefact[Any], U]], source: Artefact[T]) -> Artefact[U]:
    """See :meth:`Artefact.bind`."""
    given = given_task(function)
    if given is None:
        spec = FunctionSpec(function, kind=TaskKind.DYNAMIC)
    elif given.is_strict:  # the same without a detour
        return call_given(function, (source,))[0]
    else:
        spec = FunctionSpec(
            functools.partial(_with_success, function),
            kind=TaskKind.DYNAMIC,
            name=f"bind:{given.name}",
            out=(given.result,),
        )
    return call(spec, (source,), {})[0]


def _with_success(task: Callable[[Any], Any], value: Any) -> Artefact[Any]:
    """Give a value to a task that takes results; an error would not have come here."""
    made: Artefact[Any] = task(value)
    return made


def lash(
    function: Callable[[Error], Kind1[Artefact[Any], U]], source: Artefact[T]
) -> Artefact[T | U]:
    """See :meth:`Artefact.lash`."""
    spec = FunctionSpec(
        functools.partial(_continue, function),
        kind=TaskKind.DYNAMIC,
        name=f"lash:{name_of(function)}",
        strict=False,
        out=(_recovered(source, function),),
    )
    return call(spec, (source,), {})[0]


def _continue(
    function: Callable[[Error], Kind1[Artefact[Any], Any]], value: Result[Any, Error]
) -> Artefact[Any]:
    """Keep a value; give an error to the function."""
    if isinstance(value, Success):
        return put(value.unwrap())
    return dekind(function(value.failure()))


def _recovered(source: Artefact[Any], function: Callable[..., object]) -> object:
    """Type of a recovered value: the source's, or, if it says another, the function's too."""
    result = result_of(function)
    is_task = given_task(function) is not None
    inside = result if is_task else getattr(result, "__args__", (Any,))[0]
    kept = source.encoding.annotation
    if kept is Any or inside is Any or inside == kept:
        return kept
    return kept | inside
