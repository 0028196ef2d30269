"""Joins: many artefacts become one."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, KeysView, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Literal, TypeVar, Unpack, get_args, overload

from returns.result import Result

from funsies.core.errors import Error, WiringError
from funsies.core.options import Options
from funsies.core.own_options import StepOptions, own_options

from .artefact import Artefact, put
from .call import call
from .python_task import FunctionSpec

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")
K = TypeVar("K")


@overload
def gather(
    items: tuple[Artefact[A]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C, D]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D], Artefact[E]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C, D, E]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D], Artefact[E], Artefact[F]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C, D, E, F]]: ...


@overload
def gather(
    items: tuple[
        Artefact[A],
        Artefact[B],
        Artefact[C],
        Artefact[D],
        Artefact[E],
        Artefact[F],
        Artefact[G],
    ],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C, D, E, F, G]]: ...


@overload
def gather(
    items: tuple[
        Artefact[A],
        Artefact[B],
        Artefact[C],
        Artefact[D],
        Artefact[E],
        Artefact[F],
        Artefact[G],
        Artefact[H],
    ],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, B, C, D, E, F, G, H]]: ...


@overload
def gather(
    items: tuple[Artefact[A], ...],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[A, ...]]: ...


@overload
def gather(
    items: Mapping[K, Artefact[A]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[dict[K, A]]: ...


@overload
def gather(
    items: list[Artefact[A]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[list[A]]: ...


@overload
def gather(
    items: Sequence[Artefact[A]],
    *,
    strict: Literal[True] = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Sequence[A]]: ...


@overload
def gather(
    items: tuple[Artefact[A]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[Result[A, Error]]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[Result[A, Error], Result[B, Error]]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[Result[A, Error], Result[B, Error], Result[C, Error]]]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[
    tuple[Result[A, Error], Result[B, Error], Result[C, Error], Result[D, Error]]
]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D], Artefact[E]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[
    tuple[
        Result[A, Error], Result[B, Error], Result[C, Error], Result[D, Error], Result[E, Error]
    ]
]: ...


@overload
def gather(
    items: tuple[Artefact[A], Artefact[B], Artefact[C], Artefact[D], Artefact[E], Artefact[F]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[
    tuple[
        Result[A, Error],
        Result[B, Error],
        Result[C, Error],
        Result[D, Error],
        Result[E, Error],
        Result[F, Error],
    ]
]: ...


@overload
def gather(
    items: tuple[
        Artefact[A],
        Artefact[B],
        Artefact[C],
        Artefact[D],
        Artefact[E],
        Artefact[F],
        Artefact[G],
    ],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[
    tuple[
        Result[A, Error],
        Result[B, Error],
        Result[C, Error],
        Result[D, Error],
        Result[E, Error],
        Result[F, Error],
        Result[G, Error],
    ]
]: ...


@overload
def gather(
    items: tuple[
        Artefact[A],
        Artefact[B],
        Artefact[C],
        Artefact[D],
        Artefact[E],
        Artefact[F],
        Artefact[G],
        Artefact[H],
    ],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[
    tuple[
        Result[A, Error],
        Result[B, Error],
        Result[C, Error],
        Result[D, Error],
        Result[E, Error],
        Result[F, Error],
        Result[G, Error],
        Result[H, Error],
    ]
]: ...


@overload
def gather(
    items: tuple[Artefact[A], ...],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[tuple[Result[A, Error], ...]]: ...


@overload
def gather(
    items: Mapping[K, Artefact[A]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[dict[K, Result[A, Error]]]: ...


@overload
def gather(
    items: list[Artefact[A]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[list[Result[A, Error]]]: ...


@overload
def gather(
    items: Sequence[Artefact[A]],
    *,
    strict: Literal[False],
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Sequence[Result[A, Error]]]: ...


@overload
def gather(
    items: Mapping[Any, Artefact[Any]] | Sequence[Artefact[Any]],
    *,
    strict: bool,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Any]: ...


def gather(
    items: Any,
    *others: object,
    strict: bool = True,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> Artefact[Any]:
    """Join artefacts: a list, tuple or dict of artefacts becomes one artefact.

    Args:
        items: a list of artefacts gives an artefact of a list, in the same order; a tuple one
            of a tuple; a dict one of a dict with the same keys.
        strict: True gives the error of the first item that has one; False gives each item as a
            ``Result[T, Error]``, so that errors stay with their item.
        others: none; who gives several artefacts is told to give a list.
        opt: how to run the step.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Raises:
        WiringError: if something is not an artefact, or they have no order.

    >>> gather([put(1), put(2)])
    <Artefact[list[int]] ... of gather>
    """
    if others:
        raise WiringError("gather() takes one list, tuple or dict of artefacts: gather([a, b])")
    if isinstance(items, AbstractSet) and not isinstance(items, KeysView):
        raise WiringError("gather() keeps an order, which a set has not: give a list")
    keys = list(items) if isinstance(items, Mapping) else None
    values = list(items.values() if isinstance(items, Mapping) else items)
    for value in values:
        if not isinstance(value, Artefact):
            raise WiringError(f"gather() joins artefacts; {value!r} is none: use put(...)")
    types = [item_type(value, strict=strict) for value in values]
    spec = FunctionSpec(
        _joiner(items, keys),
        name="gather",
        strict=strict,
        out=(joined_type(items, types, keys),),
        options=own_options(gather, opt, options),
    )
    return call(spec, values, {})[0]


def _joiner(items: object, keys: list[object] | None) -> Callable[..., Any]:
    if keys is not None:
        return functools.partial(_as_dict, tuple(keys))
    return _as_tuple if isinstance(items, tuple) else _as_list


def _as_list(*items: Any) -> Any:
    return list(items)


def _as_tuple(*items: Any) -> Any:
    return items


def _as_dict(keys: Any, *items: Any) -> Any:
    return dict(zip(keys, items, strict=True))


def item_type(value: Artefact[Any], *, strict: bool) -> Any:
    """Annotation of what is joined for an artefact: its value, or a result."""
    inside = value.encoding.annotation
    return inside if strict else Result[inside, Error]  # type: ignore[valid-type]  # made at run time


def joined_type(items: object, types: list[Any], keys: list[object] | None) -> object:
    """Annotation of the joined value."""
    if keys is not None:
        key_type = (*get_args(put(keys).encoding.annotation), Any)[0]
        return dict[key_type, _union(types)]  # type: ignore[valid-type,misc]  # made at run time
    if isinstance(items, tuple):
        return tuple[tuple(types)]  # type: ignore[misc]  # made at run time
    return list[_union(types)]  # type: ignore[misc]  # made at run time


def _union(types: list[Any]) -> Any:
    distinct = list(dict.fromkeys(types))
    if not distinct or Any in distinct:
        return Any
    return functools.reduce(operator.or_, distinct)
