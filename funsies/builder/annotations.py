"""The annotations of a function: resolved, and what they say of the result of one call."""

from __future__ import annotations

import functools
import inspect
import operator
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, MethodType, SimpleNamespace, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Never,
    NoReturn,
    Self,
    TypeVar,
    TypeVarTuple,
    Union,
    Unpack,
    get_args,
    get_origin,
)

import typing_extensions
from returns.result import Result

from funsies.core.encoding import contradicts_out, encoding_of
from funsies.core.errors import Error, UnsupportedTypeError, WiringError
from funsies.core.type_hints import (
    call_shape,
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
    first = next(iter(call_shape(function).parameters), "")
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


def value_annotation(annotation: Any) -> Any:
    """The type of the values that a function returns: failures and errors are none of them.

    ``int | Error`` is how funsies 0.8 wrote ``Result[int, Error]``.
    """
    if get_origin(annotation) is Result or annotation is Result:
        annotation = (get_args(annotation) or (Any,))[0]
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    if Error not in members:
        return annotation
    return functools.reduce(operator.or_, [each for each in members if each is not Error])


def several_results(annotation: object) -> tuple[object, ...]:
    """Types of the results that a return annotation stands for, if there may be several."""
    parts = get_args(annotation)
    if get_origin(annotation) is tuple and parts and parts[-1] is not Ellipsis:
        return parts
    return (annotation,)


def refuse_contradiction(function: str, returned: object, out: Sequence[object]) -> None:
    """Refuse types in ``out=`` that what the function returns can never have.

    Args:
        function: its name, for messages.
        returned: its return annotation.
        out: the types that ``out=`` names.

    Raises:
        WiringError: if one contradicts the annotation, or if there are more or fewer.
    """
    parts = (returned,) if len(out) == 1 else several_results(value_annotation(returned))
    is_tuple = get_origin(value_annotation(returned)) is tuple
    if is_tuple and 1 < len(parts) != len(out) > 1:
        raise WiringError(
            f"{function} returns {len(parts)} values, but out= names {len(out)} types"
        )
    for declared, annotation in zip(out, parts, strict=False):
        _refuse_one(function, annotation, declared)


def _refuse_one(function: str, annotation: object, declared: object) -> None:
    if is_generic(annotation) or annotation in (Never, NoReturn):
        return
    try:
        returned, stored = encoding_of(value_annotation(annotation)), encoding_of(declared)
    except UnsupportedTypeError:  # what cannot be stored is refused by whoever stores it
        return
    if contradicts_out(stored, returned):
        raise WiringError(
            f"{function} returns {returned.label}, which is no {stored.label}, as out= says; "
            "leave out= away, or convert the value in the function"
        )


# Type variables of generic functions: what they stand for in one call.
#
# ``def first(items: list[T]) -> T`` given an artefact of ``list[int]`` makes an ``int``.


def solve(pairs: Iterable[tuple[object, object]]) -> dict[TypeVar, object]:
    """Find out what the type variables of parameters stand for.

    Args:
        pairs: annotation of each parameter, and the type of what it is given.

    Returns:
        Those that stand for one type, the same at every place.

    >>> T = TypeVar("T")
    >>> solve([(list[T], list[int]), (T, int)])
    {~T: <class 'int'>}
    >>> solve([(T, str), (T, int)])
    {}
    """
    found: dict[TypeVar, set[object]] = {}
    for wanted, given in pairs:
        _unify(wanted, given, found)
    return {variable: next(iter(types)) for variable, types in found.items() if len(types) == 1}


def _unify(wanted: object, given: object, found: dict[TypeVar, set[object]]) -> None:
    if isinstance(wanted, TypeVar):
        found.setdefault(wanted, set()).add(given)
        return
    container, kind = get_origin(wanted), get_origin(given)
    if not (isinstance(container, type) and isinstance(kind, type)):
        return
    parts, given_parts = get_args(wanted), get_args(given)
    if issubclass(kind, container) and len(parts) == len(given_parts):
        for part, given_part in zip(parts, given_parts, strict=True):
            _unify(part, given_part, found)


def is_generic(annotation: object) -> bool:
    """True if there are type variables in an annotation."""
    return isinstance(annotation, TypeVar) or bool(_variables(annotation))


def _variables(annotation: object) -> tuple[TypeVar, ...]:
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return ()  # a generic class by itself
    return getattr(annotation, "__parameters__", ())


def substitute(annotation: object, types: dict[TypeVar, object]) -> object:
    """Put types in the place of type variables; ``Any`` for those that are not known.

    >>> T = TypeVar("T")
    >>> substitute(list[T], {T: int})
    list[int]
    >>> substitute(T, {})
    typing.Any
    """
    if isinstance(annotation, TypeVar):
        return types.get(annotation, Any)
    variables = _variables(annotation)
    if not variables:
        return annotation
    generic: Any = annotation
    return generic[tuple(types.get(each, _anything(each)) for each in variables)]


def _anything(variable: object) -> Any:
    """What stands for a type variable that is not known; ``*Ts`` is any number of types."""
    return Unpack[tuple[Any, ...]] if isinstance(variable, TypeVarTuple) else Any
