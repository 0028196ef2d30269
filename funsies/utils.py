"""Small steps that many workflows need, as in funsies 0.8."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, Unpack, overload

from returns.pipeline import is_successful
from returns.result import Result

from .builder.artefact import Artefact, put
from .builder.call import call
from .builder.given import name_of, plain_function
from .builder.python_task import FunctionSpec
from .builder.shell_output import ShellOutput
from .builder.value import Value
from .client import execute, wait_for
from .core.errors import Error, WiringError
from .core.former_names import NO_CONNECTION, former_keywords
from .core.options import Options
from .core.own_options import StepOptions, own_options
from .session import Session

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")
Given = TypeVar("Given", bound="Value | None")


def execute_all(
    things: Sequence[Artefact[Any] | ShellOutput[Any]],
    block: bool = True,
    timeout: float | None = None,
    *,
    opt: Options | None = None,
    connection: Session | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[bytes]:
    """Execute several things side by side, and wait until all are finished.

    ``execute(*things).wait()`` does the same, without the step that sums it up.

    Args:
        things: artefacts or shell outputs.
        block: False does not wait.
        timeout: how long to wait at most, seconds; None for as long as it takes.
        opt: how to run the step that sums it up.
        options: single ones by keyword, as for :func:`~funsies.reduce`.
        connection: a session; None for that of the enclosing ``Fun``.

    Returns:
        An artefact of ``b""``, or of the error of one of the things.

    Raises:
        WaitTimeoutError: if it takes longer; the execution goes on.

    >>> with Fun(Server("memory://")):
    ...     take(execute_all([reduce(sum, [3, 2]), shell("true")]))
    b''
    """
    results = [each.stdouts[-1] if isinstance(each, ShellOutput) else each for each in things]
    spec = FunctionSpec(
        _nothing,
        name="execute_all",
        out=(bytes,),
        options=own_options(execute_all, opt, options),
    )
    summed_up = call(spec, results, {})[0]
    execute(*results, summed_up, connection=connection)
    if block:
        wait_for(*results, summed_up, timeout=timeout, connection=connection)
    return summed_up


def _nothing(*_results: Any) -> bytes:
    return b""


@overload
def match_results(
    results: Sequence[Result[T, Error]], some: Callable[[T], U], error: None = None
) -> list[U]: ...


@overload
def match_results(
    results: Sequence[Result[T, Error]], some: Callable[[T], U], error: Callable[[Error], V]
) -> list[U | V]: ...


def match_results(
    results: Sequence[Result[T, Error]],
    some: Callable[[T], U],
    error: Callable[[Error], V] | None = None,
) -> list[U] | list[U | V]:
    """Treat values and errors differently.

    Args:
        results: what a ``strict=False`` step was given.
        some: called with each value.
        error: called with each error; None leaves errors out.

    Returns:
        What was returned, in the order of the results.

    Raises:
        WiringError: if something is not a ``Result``.

    >>> from returns.result import Failure, Success
    >>> match_results([Success(2), Failure(Error(kind="NotFound"))], lambda n: n * 10)
    [20]
    """
    matched: list[Any] = []
    for result in results:
        if not isinstance(result, Result):
            raise WiringError(
                f"match_results() takes what a strict=False step is given, Success(value) or "
                f"Failure(error); {result!r} is neither"
            )
        if is_successful(result):
            matched.append(some(result.unwrap()))
        elif error is not None:
            matched.append(error(result.failure()))
    return matched


AnyText = TypeVar("AnyText", str, bytes)


@overload
def concat(
    *inp: Artefact[str] | str,
    join: str | bytes = "",
    strip: bool = False,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[str]: ...


@overload
def concat(
    *inp: Artefact[bytes] | bytes,
    join: str | bytes = "",
    strip: bool = False,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[bytes]: ...


@former_keywords(connection=NO_CONNECTION)
def concat(
    *inp: Artefact[Any] | str | bytes,
    join: str | bytes = "",
    strip: bool = False,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Any]:
    """Put texts, or bytes, one after the other.

    Args:
        inp: the pieces: all ``str`` or all ``bytes``.
        join: what to put between them.
        strip: True strips white space at both ends of each piece.
        strict: False leaves out pieces that are errors.
        opt: how to run the step.
        options: single ones by keyword, as for :func:`~funsies.reduce`.

    Raises:
        WiringError: if there is no piece, or ``str`` and ``bytes`` are mixed.

    >>> concat("a", "b", join="-")
    <Artefact[str] ... of concat>
    """
    kind = _kind_of(inp)
    empty = "" if kind is str else b""
    spec = FunctionSpec(
        functools.partial(_joined if strict else _joined_successes, empty, join, strip),
        name="concat",
        strict=strict,
        out=(kind,),
        options=own_options(concat, opt, options),
    )
    return call(spec, inp, {})[0]


def _kind_of(pieces: Sequence[object]) -> object:
    """``str`` or ``bytes``; ``Any`` if that is known only when there are values."""
    kinds = {_type_of(piece) for piece in pieces}
    known = kinds - {Any}
    if not kinds or known not in (set(), {str}, {bytes}):
        raise WiringError(
            "concat() takes str pieces or bytes pieces, at least one, not mixed; a list of "
            "them is given as concat(*pieces)"
        )
    return known.pop() if known else Any


def _as(kind: type, text: str | bytes) -> str | bytes:
    """The same text as ``str`` or as ``bytes``."""
    if isinstance(text, kind):
        return text
    return text.encode() if isinstance(text, str) else text.decode()


def _joined(empty: str | bytes, join: str | bytes, strip: bool, *pieces: Any) -> Any:
    joiner: Any = _as(type((*pieces, empty)[0]), join)
    return joiner.join([piece.strip() if strip else piece for piece in pieces])


def _joined_successes(empty: str | bytes, join: str | bytes, strip: bool, *pieces: Any) -> Any:
    return _joined(empty, join, strip, *match_results(pieces, lambda piece: piece))


def _type_of(piece: object) -> object:
    return piece.encoding.annotation if isinstance(piece, Artefact) else type(piece)


@overload
def truncate(
    inp: Artefact[AnyText],
    top: int = 0,
    bottom: int = 0,
    separator: str | bytes = "\n",
    opt: Options | None = None,
    *,
    strict: bool = True,
    **options: Unpack[StepOptions],
) -> Artefact[AnyText]: ...


@overload
def truncate(
    inp: AnyText,
    top: int = 0,
    bottom: int = 0,
    separator: str | bytes = "\n",
    opt: Options | None = None,
    *,
    strict: bool = True,
    **options: Unpack[StepOptions],
) -> Artefact[AnyText]: ...


@former_keywords(5, connection=NO_CONNECTION)
def truncate(
    inp: Artefact[AnyText] | AnyText,
    top: int = 0,
    bottom: int = 0,
    separator: str | bytes = "\n",
    opt: Options | None = None,
    *,
    strict: bool = True,
    **options: Unpack[StepOptions],
) -> Artefact[AnyText]:
    r"""Leave out the first and the last lines of a text.

    Args:
        inp: the text: ``str`` or ``bytes``.
        top: number of lines to leave out at the top.
        bottom: number of lines to leave out at the bottom.
        separator: what stands between two lines.
        opt: how to run the step.
        options: single ones by keyword, as for :func:`~funsies.reduce`.
        strict: False passes an error of ``inp`` on as the step's own.

    Raises:
        WiringError: if a number is negative, or ``inp`` is neither ``str`` nor ``bytes``.

    >>> truncate("head\nbody\n", top=1)
    <Artefact[str] ... of truncate>
    """
    if top < 0 or bottom < 0:
        raise WiringError("truncate() leaves out a number of lines: top and bottom are >= 0")
    kind = _kind_of([inp])
    function = functools.partial(_without, top, bottom, separator)
    spec = FunctionSpec(
        function,
        name="truncate",
        strict=strict,
        out=(kind,),
        options=own_options(truncate, opt, options),
    )
    return call(spec, (inp,), {})[0]


def _without(top: int, bottom: int, separator: str | bytes, text: Any) -> Any:
    value = text.unwrap() if isinstance(text, Result) else text
    between: Any = _as(type(value), separator)
    lines = value.split(between)
    return between.join(lines[top : max(top, len(lines) - bottom)])


@overload
def stop_if(
    fun: Callable[[Given], bool],
    inp: Artefact[Given],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Given]: ...


@overload
def stop_if(
    fun: Callable[[Given], bool],
    inp: Given,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Given]: ...


@former_keywords(3, connection=NO_CONNECTION)
def stop_if(
    fun: Callable[[Given], bool],
    inp: Artefact[Given] | Given,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Given]:
    """Pass a value on, unless a condition holds: then what depends on it is not run.

    Args:
        fun: the condition.
        inp: the value.
        opt: how to run the step.
        options: single ones by keyword, as for :func:`~funsies.reduce`.

    Returns:
        The same value, or an error.

    >>> stop_if(lambda n: n > 3, put(2))
    <Artefact[int] ... of stop_if:<lambda>>
    """
    spec = FunctionSpec(
        functools.partial(_stop_if, fun),
        name=f"stop_if:{name_of(fun)}",
        out=(_annotation_of(inp),),
        options=own_options(stop_if, opt, options),
    )
    return call(spec, (inp,), {})[0]


def _annotation_of(inp: Any) -> object:
    return (inp if isinstance(inp, Artefact) else put(inp)).encoding.annotation


def _stop_if(condition: Callable[[Any], bool], value: Any) -> Any:
    if plain_function(condition)(value):
        raise StopWorkflowError("the condition of stop_if() holds")
    return value


class StopWorkflowError(Exception):
    """A step that was built to stop the workflow here has done so."""


@overload
def not_empty(
    inp: Artefact[Given], opt: Options | None = None, **options: Unpack[StepOptions]
) -> Artefact[Given]: ...


@overload
def not_empty(
    inp: Given, opt: Options | None = None, **options: Unpack[StepOptions]
) -> Artefact[Given]: ...


@former_keywords(2, connection=NO_CONNECTION)
def not_empty(
    inp: Artefact[Given] | Given, opt: Options | None = None, **options: Unpack[StepOptions]
) -> Artefact[Given]:
    """Pass a value on, unless it is empty: then what depends on it is not run.

    Args:
        inp: text, bytes, or a collection.
        opt: how to run the step.
        options: single ones by keyword, as for :func:`~funsies.reduce`.

    Returns:
        The same value, or an error.

    >>> not_empty(put("text"))
    <Artefact[str] ... of not_empty>
    """
    spec = FunctionSpec(
        _not_empty,
        name="not_empty",
        out=(_annotation_of(inp),),
        options=own_options(not_empty, opt, options),
    )
    return call(spec, (inp,), {})[0]


def _not_empty(value: Any) -> Any:
    if not value:
        raise StopWorkflowError("not_empty() was given an empty value")
    return value
