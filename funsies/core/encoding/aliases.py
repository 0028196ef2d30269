"""``type`` aliases, which may mention themselves."""

from __future__ import annotations

import typing
from typing import Any, Final, get_args, get_origin

import typing_extensions

from funsies.core.encoding.hints import parameters_of, replace, resolve_in_module
from funsies.core.encoding.node import type_name

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
