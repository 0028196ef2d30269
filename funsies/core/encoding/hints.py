"""Annotations, resolved: types of fields, ``type`` aliases, and what funsies adds to a type."""

from __future__ import annotations

import functools
import sys
import typing
from enum import Enum
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, ForwardRef, TypeVar, get_args, get_origin
from weakref import WeakKeyDictionary

import typing_extensions

from funsies.core.encoding.refusal import TypeRefused, type_name
from funsies.core.type_hints import (
    captured_names,
    own_annotations,
    read_hints,
    variables_around,
    with_checked_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from typing_extensions import TypeAliasType


class Mark(Enum):
    """How a value is stored that would be stored otherwise: ``Annotated[T, Mark.PICKLED]``."""

    FILES = "files"
    PICKLED = "pickled"


def has_mark(metadata: Iterable[object], mark: Mark) -> bool:
    """Whether a mark is among the metadata of an annotation, which may be equal to anything."""
    return any(each is mark for each in metadata)


_known: WeakKeyDictionary[type, dict[str, object]] = WeakKeyDictionary()
"""Annotations of classes that came with a pickle, where their module is not at hand."""


def remember_hints(kind: type, hints: dict[str, object]) -> None:
    """Keep the resolved annotations of a class that came with a pickle."""
    if hints:
        _known[kind] = hints


def _is_importable(kind: type) -> bool:
    found: object = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind


def field_types(
    kind: type, arguments: tuple[object, ...], names: Iterable[str]
) -> dict[str, object]:
    """Find the types of a class's fields.

    Args:
        kind: the class.
        arguments: its type arguments; without them, its type variables stay.
        names: the fields that are asked for.

    Raises:
        TypeRefused: if an annotation cannot be resolved.
    """
    wanted = set(names)
    found: dict[str, object] = {}
    replacements = _replacements(kind, arguments)
    for base in reversed(kind.__mro__):
        for name, hint in _own_hints(base, wanted).items():
            found[name] = replace(hint, replacements.get(base, {}))
    return found


def _own_hints(kind: type, wanted: set[str]) -> Mapping[str, object]:
    known = {name: hint for name, hint in _known.get(kind, {}).items() if name in wanted}
    if known and not _is_importable(kind):
        return known
    own = own_annotations(kind)
    try:
        return {
            name: _resolve(kind, name, hint) for name, hint in own.items() if name in wanted
        }
    except TypeRefused:  # an alias that is not there yet, where the class is made anew
        if known:
            return known
        raise


def _resolve(kind: type, name: str, hint: object) -> object:
    own_module = getattr(hint, "__forward_module__", None)
    if isinstance(hint, ForwardRef):
        hint = hint.__forward_arg__
    holder = type("_", (), {"__annotations__": {name: hint}})
    problem: Exception | None = None
    around = variables_around(kind.__qualname__, kind.__module__)
    local_names = {**around, **captured_names(kind), **_local_names(kind)}
    for names in _name_spaces(kind, own_module):
        read = functools.partial(_hint, holder, name, names, local_names)
        try:
            return with_checked_names(read, names)
        except (NameError, AttributeError) as error:
            problem = problem or error
        except (TypeError, SyntaxError) as error:
            problem = error
            break
    raise TypeRefused(
        f"the annotation {hint!r} of {type_name(kind)}.{name} means nothing ({problem}), so it",
        "define what it names at the top level of the module, before the task is made",
    )


def _hint(
    holder: type,
    name: str,
    names: dict[str, object],
    local_names: dict[str, object],
    checked: Mapping[str, object],
) -> object:
    known = {**local_names, **checked}
    try:
        return typing.get_type_hints(holder, names, known, include_extras=True)[name]
    except TypeError:
        return read_hints(holder.__annotations__, names, known)[name]


def _name_spaces(kind: type, own_module: str | None) -> Iterable[dict[str, object]]:
    """The module of the annotation, that of the class, and what the methods of the class see.

    A TypedDict has annotations of other modules; methods see more than the module where the
    class was re-created from a pickle.
    """
    for name in (own_module, kind.__module__):
        if name in sys.modules:
            yield vars(sys.modules[name])
    yield {}
    for member in vars(kind).values():
        if isinstance(member, FunctionType):
            yield member.__globals__


def resolve_in_module(hint: object, owner: TypeVar | TypeAliasType) -> object:
    """Resolve the bound of a type variable, or the value of an alias, where that was made.

    What cannot be resolved stays as it is.
    """
    names = vars(sys.modules.get(owner.__module__ or "", typing))
    holder = type("_", (), {"__annotations__": {"hint": hint}})
    try:
        return typing.get_type_hints(
            holder, names, {owner.__name__: owner}, include_extras=True
        )["hint"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return hint


def _local_names(kind: type) -> dict[str, object]:
    parameters = getattr(kind, "__type_params__", ())
    return {kind.__name__: kind, **{parameter.__name__: parameter for parameter in parameters}}


def _replacements(
    kind: type, arguments: tuple[object, ...]
) -> dict[type, dict[object, object]]:
    """For each base, say what its type variables stand for in the class."""
    replacements = {kind: dict(zip(parameters_of(kind), arguments, strict=False))}
    for base in kind.__mro__:
        for alias in vars(base).get("__orig_bases__", ()):
            origin = get_origin(alias)
            if not isinstance(origin, type) or origin in replacements:
                continue
            values = [
                replace(argument, replacements.get(base, {})) for argument in get_args(alias)
            ]
            replacements[origin] = dict(zip(parameters_of(origin), values, strict=False))
    return replacements


def parameters_of(kind: object) -> tuple[object, ...]:
    """The type variables of a generic class or alias."""
    for name in ("__parameters__", "__type_params__"):
        parameters = getattr(kind, name, ())
        if parameters and isinstance(parameters, tuple):
            return parameters
    return ()


def replace(hint: object, replacements: Mapping[object, object]) -> object:
    """Replace type variables in an annotation."""
    if not replacements:
        return hint
    if isinstance(hint, TypeVar):
        return replacements.get(hint, hint)
    free = getattr(hint, "__parameters__", ())
    if not free or isinstance(hint, type):
        return hint
    replaced: object = hint[tuple(replacements.get(one, one) for one in free)]  # type: ignore[index]  # a generic alias
    return replaced


ALIAS_TYPES: Final = (
    typing_extensions.TypeAliasType,
    getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType),
)


class RecursiveAlias:
    """Stands for a ``type`` alias that mentions itself, where the alias cannot be pickled.

    Attributes:
        __name__: how the alias is called.
        __value__: what it stands for.
    """

    def __init__(self, name: str) -> None:
        self.__name__ = name
        self.__value__: object = None


def is_alias(annotation: object) -> bool:
    """True for ``type`` aliases, with or without type arguments."""
    alias = get_origin(annotation) or annotation
    return isinstance(alias, (RecursiveAlias, *ALIAS_TYPES))


def alias_value(alias: Any) -> object:
    """Return what an alias stands for, its type variables replaced."""
    origin = get_origin(alias) or alias
    value = origin.__value__
    if not isinstance(origin, RecursiveAlias):
        value = resolve_in_module(value, origin)
    return replace(value, dict(zip(parameters_of(origin), get_args(alias), strict=False)))


def alias_label(alias: Any) -> str:
    """Write an alias with its arguments."""
    origin = get_origin(alias) or alias
    arguments = ", ".join(
        type_name(one) if isinstance(one, type) else str(one) for one in get_args(alias)
    )
    return f"{origin.__name__}[{arguments}]" if arguments else str(origin.__name__)
