"""The annotations of a function, resolved: what its parameters and its result are."""

from __future__ import annotations

import functools
import inspect
import typing
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType, SimpleNamespace, UnionType
from typing import Annotated, Any, Final, Self, TypeVar, Union, get_args, get_origin

import typing_extensions

from funsies.core.errors import WiringError
from funsies.core.type_hints import (
    captured_names,
    own_annotations,
    read_hints,
    variables_around,
    with_checked_names,
)

_SELF: Final = (Self, typing_extensions.Self)
_ANNOTATED: Final = frozenset({"__annotations__", "__annotate__"})
"""What wrappers take over from what they wrap; the second since Python 3.14."""

_OWNER = TypeVar("_OWNER")
"""What ``Self`` is in a method that is called with its object: the type of that."""


def annotations_of(function: Callable[..., object], name: str) -> dict[str, object]:
    """Read the annotations of a function.

    Args:
        function: whatever can be called.
        name: of the function, for messages.

    Returns:
        The types by the name of the parameter; that of the result is under ``return``.

    Raises:
        WiringError: if an annotation names something that cannot be found.
    """
    target = annotated(without_partials(function))
    known = {**_around(target), **captured_names(target)}
    own = SimpleNamespace(
        __annotations__=own_annotations(target) if callable(target) else {},
        __globals__=_globals_of(target),
        __type_params__=getattr(target, "__type_params__", ()),
    )

    def read(checked: Mapping[str, object]) -> dict[str, object]:
        names = {**known, **checked}
        try:
            return typing.get_type_hints(own, None, names, include_extras=True)
        except TypeError:
            return read_hints(own.__annotations__, own.__globals__, names)

    try:
        return _with_owner(target, with_checked_names(read, _globals_of(target)))
    except NameError as problem:
        raise WiringError(
            f"an annotation of {name} cannot be read: {problem}. Define that name at module "
            "level, or leave the annotation out"
        ) from None
    except (TypeError, AttributeError):
        return {}


def remember_annotations(function: Callable[..., object]) -> None:
    """Resolve the annotations of a local function while what is around it runs.

    Later it may have returned, and a worker never knew it. So what the annotations mean takes
    the place of their text. If they name what is not there yet, they stay as they are.
    """
    target = annotated(without_partials(function))
    if not isinstance(target, FunctionType) or not _around(target):
        return
    try:
        target.__annotations__ = annotations_of(target, "")
    except WiringError:
        return


def _around(function: object) -> dict[str, object]:
    """Names that annotations of a local function may mean: what is beside it."""
    texts = own_annotations(function).values() if callable(function) else ()
    if not any(isinstance(text, str) for text in texts):
        return {}
    return variables_around(
        getattr(function, "__qualname__", ""), getattr(function, "__module__", None)
    )


def _globals_of(function: object) -> dict[str, object]:
    unwrapped = inspect.unwrap(function) if callable(function) else function
    found: dict[str, object] = getattr(unwrapped, "__globals__", {})
    return found


def _with_owner(function: object, hints: dict[str, object]) -> dict[str, object]:
    """Replace ``Self`` by the class of the object, or by a variable that its type tells."""
    owner: object = _OWNER
    if isinstance(function, MethodType):
        bound = function.__self__
        owner = bound if isinstance(bound, type) else type(bound)
    replaced = {name: _without_self(hint, owner) for name, hint in hints.items()}
    is_same = all(replaced[name] is hint for name, hint in hints.items())
    if is_same or owner is not _OWNER or not isinstance(function, FunctionType):
        return replaced
    first = next(iter(inspect.signature(function).parameters), "")
    return {first: _OWNER, **replaced}


def _without_self(hint: Any, owner: object) -> Any:
    if any(hint is each for each in _SELF):
        return owner
    parts = get_args(hint)
    replaced = tuple(_without_self(part, owner) for part in parts)
    if all(new is old for new, old in zip(replaced, parts, strict=True)):
        return hint
    origin = get_origin(hint)
    if origin is Union or origin is UnionType:
        return Union[replaced]  # noqa: UP007  (made at run time)
    if origin is Annotated:
        return Annotated[replaced]
    return origin[replaced if len(replaced) > 1 else replaced[0]]


def without_partials(function: object) -> object:
    """What is called in the end."""
    while isinstance(function, functools.partial):
        function = function.func
    return function


def class_of(callee: object) -> type | None:
    """The class whose objects a call makes: of ``Box``, or of ``Box[int]``."""
    kind = get_origin(callee) or callee
    return kind if isinstance(kind, type) else None


def annotated(callee: object) -> object:
    """What has the annotations of a call: an object has those of its class for its fields."""
    kind = class_of(callee)
    if kind is not None:
        return inspect.getattr_static(kind, "__init__")
    if inspect.isroutine(callee) or not _ANNOTATED.isdisjoint(getattr(callee, "__dict__", ())):
        return callee
    return getattr(type(callee), "__call__", callee)  # noqa: B004  (it is what is called)
