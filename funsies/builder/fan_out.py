"""Fan-out over values that are known only at run time: ``map_each`` and ``sac``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import NoneType
from typing import (
    Any,
    Concatenate,
    Final,
    Literal,
    TypeVar,
    Unpack,
    get_args,
    get_origin,
    overload,
)

from returns.result import Result

from funsies.core.encoding import encoding_of, has_pickles
from funsies.core.errors import Error, WiringError
from funsies.core.former_names import NO_CONNECTION, former_keywords
from funsies.core.graph import TaskKind
from funsies.core.label import items_label
from funsies.core.options import Options
from funsies.core.own_options import OwnOptions, RunOptions, StepOptions, own_options

from .annotations import refuse_contradiction, value_annotation
from .artefact import Artefact, constant_artefact, put
from .call import call, is_artefact
from .collect import gather
from .given import (
    ArgumentKey,
    call_given,
    emptied,
    filled,
    given_task,
    name_of,
    parameters_of,
    plain_function,
    result_of,
)
from .inputs import refuse_other_unit
from .python import reduce
from .python_task import FunctionSpec
from .task import GivenFunction, Task

ITEMS: Final = "what map_each() spreads"
WITHOUT_ITEMS: Final = (str, bytes, Mapping, AbstractSet, int, float, complex, NoneType)

T = TypeVar("T")
U = TypeVar("U")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")


@overload
def map_each(
    function: functools.partial[Artefact[U]],
    items: Artefact[Sequence[Any]] | Sequence[Any],
    /,
    *,
    strict: Literal[True] = True,
    name: str | None = None,
    label: str | Callable[[Any], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[U]]: ...


@overload
def map_each(
    function: Task[Concatenate[T, ...], Result[U, Any]],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[True] = True,
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[U]]: ...


@overload
def map_each(
    function: Task[Concatenate[T, ...], U | Error],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[True] = True,
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[U]]: ...


@overload
def map_each(
    function: Callable[[T], Result[U, Any]],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[True] = True,
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[U]]: ...


@overload
def map_each(
    function: Callable[[T], U | Error],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[True] = True,
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[U]]: ...


@overload
def map_each(
    function: functools.partial[Artefact[U]],
    items: Artefact[Sequence[Any]] | Sequence[Any],
    /,
    *,
    strict: Literal[False],
    name: str | None = None,
    label: str | Callable[[Any], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Result[U, Error]]]: ...


@overload
def map_each(
    function: Task[Concatenate[T, ...], Result[U, Any]],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[False],
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Result[U, Error]]]: ...


@overload
def map_each(
    function: Task[Concatenate[T, ...], U | Error],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[False],
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Result[U, Error]]]: ...


@overload
def map_each(
    function: Callable[[T], Result[U, Any]],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[False],
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Result[U, Error]]]: ...


@overload
def map_each(
    function: Callable[[T], U | Error],
    items: Artefact[Sequence[T]] | Sequence[T],
    /,
    *,
    strict: Literal[False],
    name: str | None = None,
    label: str | Callable[[T], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Result[U, Error]]]: ...


@overload
def map_each(
    function: Callable[[Any], Any],
    items: Any,
    /,
    *,
    strict: bool,
    name: str | None = None,
    label: str | Callable[[Any], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[list[Any]]: ...


def map_each(
    function: Any,
    items: Any,
    /,
    *,
    strict: bool = True,
    name: str | None = None,
    label: str | Callable[[Any], str] | None = None,
    opt: Options | None = None,
    **options: Unpack[RunOptions],
) -> Artefact[Any]:
    """Apply a function to each item of a list that is known only at run time.

    Each item is a step of its own: they start as soon as the list exists, run side by side, and
    are remembered one by one, so that a longer list computes only its new items.

    Args:
        function: called with one item; a plain function or a task. What all items share is
            fixed by ``functools.partial``; that may be artefacts.
        items: the list, or an artefact of it.
        strict: True gives the error of the first item that has one; False gives a
            ``Result[U, Error]`` for each item.
        name: of the steps.
        label: what the steps of the items are called: a template with ``{item}`` and
            ``{index}``, such as ``"part {index:02d}"`` or ``"{item.name}"``; or, where the list
            is given, what makes a text of an item. Not part of their identity.
        opt: how to run them.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Returns:
        The list of results, in the order of the items.

    Raises:
        WiringError: if ``items`` is no list, or if the function returns artefacts.
        OptionError: if ``label`` cannot be filled in.

    >>> map_each(len, put(["a", "bcd"]))
    <Artefact[list[Any]] ... of map_each:len>
    """
    _check_items(items)
    _check_units(function, items)
    inside: Any = value_annotation(result_of(function))
    if is_artefact(inside):
        raise WiringError(
            f"{name_of(function)} returns an artefact; map_each wants one that "
            "returns a value. Instead, bind() a function of the whole list that returns "
            "gather([...]) of them"
        )
    free, places, held = emptied(function)
    spread = functools.partial(_spread, free, strict=strict, name=name)
    filling = functools.partial(_fill_and_spread, free, places, strict=strict, name=name)
    spec = FunctionSpec(
        filling if held else spread,
        kind=TaskKind.DYNAMIC,
        name=f"map_each:{name or name_of(function)}",
        out=(list[inside] if strict else list[Result[inside, Error]],),
        options=_own(items, label, opt, options),
    )
    return call(spec, (_as_pickles(function, items), *held), {})[0]


def _own(
    items: Any, label: object, opt: Options | None, options: Mapping[str, Any]
) -> OwnOptions:
    own = own_options(map_each, opt, options)
    if label is None:
        return own
    given = None if isinstance(items, Artefact) else items
    return replace(own, label=items_label(label, given))


def _as_pickles(function: Callable[..., object], items: Any) -> Any:
    """Values for a parameter that says that they are pickled, as what it says."""
    if not isinstance(items, Artefact):
        for _, wanted in parameters_of(function)[:1]:
            inside: Any = wanted
            if has_pickles(inside):
                return constant_artefact(list(items), encoding_of(list[inside]))
    return items


def _check_items(items: object) -> None:
    if not isinstance(items, Artefact):
        _in_order(items, ITEMS)
        return
    annotation = items.encoding.annotation
    kind = get_origin(annotation) or annotation
    if kind is not Any and isinstance(kind, type) and issubclass(kind, WITHOUT_ITEMS):
        raise WiringError(f"{ITEMS} must be a list, not an artefact of {items.encoding.label}")


def _check_units(function: Callable[..., object], items: object) -> None:
    if isinstance(items, Artefact):
        for name, wanted in parameters_of(function)[:1]:
            what = f"parameter {name!r} of {name_of(function)}"
            inside: Any = wanted
            refuse_other_unit(items.encoding.annotation, list[inside], what)


def _in_order(items: Any, what: str) -> Iterable[Any]:
    """The items themselves, if there are any, and in an order that is always the same."""
    if isinstance(items, WITHOUT_ITEMS) or not isinstance(items, Iterable):
        hint = ": pass list(...) of it" if isinstance(items, Iterable) else ""
        raise WiringError(f"{what} must be a list, not {type(items).__qualname__}{hint}")
    return items


def _spread(
    function: Callable[[Any], Any], items: Any, *, strict: bool, name: str | None
) -> Artefact[Any]:
    """Build one step for each item; runs on a worker."""
    steps = [reduce(function, item, name=name) for item in _in_order(items, ITEMS)]
    return gather(steps) if strict else gather(steps, strict=False)


def _fill_and_spread(
    function: Callable[..., Any],
    places: Sequence[ArgumentKey],
    items: Any,
    *values: Any,
    strict: bool,
    name: str | None,
) -> Artefact[Any]:
    """The same, with the values of the artefacts that the function held."""
    return _spread(filled(function, places, values), items, strict=strict, name=name)


@former_keywords(connection=NO_CONNECTION)
def sac(
    split_fun: GivenFunction[Sequence[T1]],
    apply_fun: Callable[[Artefact[T1]], Artefact[T2]],
    combine_fun: Callable[[list[Artefact[T2]]], Artefact[T3]],
    *inp: Any,
    out: object = None,
    name: str | None = None,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[T3]:
    """Split, apply, combine: a part of the workflow whose shape is known only at run time.

    All three functions run on a worker. ``apply_fun`` and ``combine_fun`` build steps, and may
    use ``sac`` again; no worker waits for another.

    Args:
        split_fun: called with the values of the inputs; returns the parts.
        apply_fun: called with an artefact of each part; returns an artefact.
        combine_fun: called with the list of what ``apply_fun`` returned; returns an artefact,
            whose value is the result.
        inp: artefacts, or values to take as they are.
        out: type of the result, in the place of the return annotation of ``combine_fun``.
        name: of the step.
        strict: as for :func:`reduce`.
        opt: how to run the steps.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Raises:
        WiringError: if the inputs do not fit the parameters of ``split_fun``, or ``out`` is not
            what ``combine_fun`` says.

    >>> def words(text: str) -> list[str]:
    ...     return text.split()
    >>> def length(word: Artefact[str]) -> Artefact[int]:
    ...     return word.map(len)
    >>> def total(lengths: Sequence[Artefact[int]]) -> Artefact[int]:
    ...     return reduce(lambda *numbers: sum(numbers), *lengths, out=int)
    >>> with f.Fun(f.Server("memory://")):
    ...     letters = sac(words, length, total, "how many letters", out=int)
    ...     _ = f.execute(letters)
    ...     f.take(letters)
    14
    """
    functions: tuple[Callable[..., Any], ...] = (split_fun, apply_fun, combine_fun)
    names = "|".join(name_of(each) for each in functions)
    combined = _combined(combine_fun)
    if out is not None:
        refuse_contradiction(name_of(combine_fun), combined, (out,))
    spec = FunctionSpec(
        functools.partial(_split_apply_combine, *functions),
        kind=TaskKind.DYNAMIC,
        name=name or f"sac:{names}",
        strict=strict,
        out=(combined if out is None else out,),
        options=own_options(sac, opt, options),
    )
    return call(spec, inp, {})[0]


def _combined(combine: Callable[..., object]) -> object:
    result = result_of(combine)
    return result if given_task(combine) else (get_args(result) or (Any,))[0]


def _split_apply_combine(
    split: Callable[..., Sequence[Any]],
    apply: Callable[[Artefact[Any]], Artefact[Any]],
    combine: Callable[[list[Artefact[Any]]], Artefact[Any]],
    *values: Any,
) -> Artefact[Any]:
    """Build the steps; runs on a worker."""
    parts = _in_order(plain_function(split)(*values), f"what {name_of(split)} returns")
    applied = [apply(put(part)) for part in parts]
    if given_task(combine) is not None:
        return call_given(combine, (gather(applied),))[0]
    return combine(applied)
