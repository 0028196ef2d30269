"""The type of a Python value, deeply: what ``put`` stores a value as."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Never, TypeVar, Union, get_args, get_origin

from returns.result import Failure, Result, Success

from funsies.core.encoding.class_fields import record_for
from funsies.core.encoding.encoding import Encoding, encoding_of
from funsies.core.encoding.frames import annotation_of
from funsies.core.encoding.hints import parameters_of
from funsies.core.encoding.scalars import plain_scalar
from funsies.core.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLLECTIONS: Final[tuple[Any, ...]] = (list, set, frozenset, deque)
_MAPPINGS: Final[tuple[Any, ...]] = (dict, OrderedDict, defaultdict)
_CONTAINERS: Final = (tuple, Counter, *_COLLECTIONS, *_MAPPINGS)
_RESULT: Final[Any] = Result
_MAXIMUM_TUPLES: Final = 8
"""A collection of tuples of more shapes than this is one of tuples of any length."""
_SCALARS: Final = frozenset({bool, int, float, complex, str, bytes, type(None)})


def encoding_of_value(value: object) -> Encoding[Any]:
    """Find the encoding of a value by looking at it, and at all that is in it.

    Args:
        value: a value.

    Raises:
        UnsupportedTypeError: if the value, or a part of it, has no encoding.

    >>> encoding_of_value([1, 2.5, None]).descriptor
    'list[float | None]'
    """
    if type(value) in _SCALARS:
        return encoding_of(type(value))
    try:
        return encoding_of(annotation_of(value) or infer(value))
    except RecursionError:
        raise UnsupportedTypeError(
            "this value is nested too deeply, or inside itself"
        ) from None


def infer(value: object) -> Any:
    """Write the annotation that fits a value most closely."""
    kind: Any = type(value)
    if kind in _SCALARS:
        return kind
    if kind in _CONTAINERS:
        return _infer_alike(kind, [value]).pop()
    if isinstance(value, Path):
        return Path
    if kind is object:
        raise UnsupportedTypeError("an object() says nothing but that it is there; use None")
    return _infer_object(value)


def infer_all(values: Iterable[object]) -> Any:
    """Write the annotation that fits all of the values."""
    values = list(values)
    examples = {type(value): value for value in values}
    if examples.keys() <= _SCALARS:
        return merge(set(examples))
    settled = {kind for kind in examples if _is_settled(kind)}
    found = {infer(examples[kind]) for kind in settled}
    for kind in examples.keys() - settled:
        found |= _infer_alike(kind, [value for value in values if type(value) is kind])
    return merge(found)


def _infer_alike(kind: Any, values: list[Any]) -> set[Any]:
    """The types of many values of one class; those of containers from all items at once."""
    if kind not in _CONTAINERS:
        return set(map(infer, values))
    values = list({id(value): value for value in values}.values())  # ends, if it holds itself
    if kind is tuple:
        return {kind[parts] for parts in _shapes(values)}
    items = infer_all(chain.from_iterable(values))
    if kind not in _MAPPINGS:
        return {kind[items]}
    return {kind[items, infer_all(chain.from_iterable(value.values() for value in values))]}


def _shapes(values: list[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    shapes = {tuple(map(type, value)) for value in values}
    if _SCALARS.issuperset(chain.from_iterable(shapes)):
        return shapes
    return {tuple(map(infer, value)) for value in values}


def _is_settled(kind: type) -> bool:
    """True if all values of the class have the same annotation, so that one tells."""
    return kind not in _CONTAINERS and not parameters_of(kind)


def merge(types: set[Any]) -> Any:
    """Write the union of some types; lists, sets and dicts of one kind become one."""
    groups: dict[Any, list[Any]] = {}
    for one in types:
        origin = get_origin(one)
        groups.setdefault(origin if _is_mergeable(origin) else one, []).append(one)
    members = [part for origin, group in groups.items() for part in _merge_group(origin, group)]
    return Union[tuple(members)] if members else Never  # noqa: UP007  (made at run time)


def _is_mergeable(origin: object) -> bool:
    return origin in _CONTAINERS


def _merge_group(origin: Any, group: list[Any]) -> list[Any]:
    if len(group) == 1:
        return group
    if origin is tuple:
        return group if len(group) <= _MAXIMUM_TUPLES else [_variadic(group)]
    columns = zip(*map(get_args, group), strict=True)
    arguments = tuple(merge(_flat(column)) for column in columns)
    return [origin[arguments if len(arguments) > 1 else arguments[0]]]


def _variadic(group: list[Any]) -> Any:
    parts = {part for one in group for part in get_args(one)}
    return tuple[merge(_flat(parts)), ...]  # type: ignore[misc]  # at run time


def _flat(types: Iterable[Any]) -> set[Any]:
    """Take unions apart, and leave out the types of what is empty."""
    flat: set[Any] = set()
    for one in types:
        flat |= set(get_args(one)) if get_origin(one) is Union else {one}
    return flat - {Never}


def _infer_object(value: object) -> Any:
    if plain_scalar(value) is not None:
        return type(value)  # a scalar of NumPy
    if isinstance(value, Success):
        return _RESULT[infer(value.unwrap()), Never]
    if isinstance(value, Failure):
        return _RESULT[Never, infer(value.failure())]
    return _infer_class(type(value), value)


def _infer_class(kind: Any, value: object) -> Any:
    parameters = parameters_of(kind)
    made_as = getattr(value, "__orig_class__", None)
    if made_as is not None and not getattr(made_as, "__parameters__", ()):
        return made_as
    if not parameters:
        return kind
    found = _solve(kind, value)
    return kind[tuple(found.get(parameter, Any) for parameter in parameters)]


def _solve(kind: type, value: object) -> dict[object, Any]:
    """Find what the type variables of a generic class stand for in a value of it."""
    record = record_for(kind)
    found: dict[object, set[Any]] = {}
    for field, hint in record.fields if record else ():
        _match(hint, infer(getattr(value, field.name, None)), found)
    return {variable: merge(_flat(types)) for variable, types in found.items()}


def _match(hint: Any, found: Any, solution: dict[object, set[Any]]) -> None:
    """Compare an annotation with the type found in its place, and note its type variables."""
    if isinstance(hint, TypeVar):
        solution.setdefault(hint, set()).add(found)
        return
    if get_origin(hint) is not None and get_origin(hint) is get_origin(found):
        for part, match in zip(get_args(hint), get_args(found), strict=False):
            _match(part, match, solution)
