"""Annotations that can be pickled: without names that only their own module knows."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Annotated, Any, NewType, Union, get_args, get_origin

import msgspec

from funsies.core.encoding.hints import Mark, RecursiveAlias, alias_label, alias_value, is_alias
from funsies.core.encoding.layouts import is_scalar
from funsies.core.shape import ArrayShape


def portable(annotation: object) -> Any:
    """Replace new types and ``type`` aliases by what they stand for.

    Pickle writes these as names in their modules, which another process may not have; the
    type's meaning stays the same.
    """
    return _Rewriter().rewrite(annotation)


def reduce_alias(alias: Any) -> tuple[Callable[[object], object], tuple[object]]:
    """Take a ``type`` alias apart for pickle: what it stands for takes its place."""
    return stand_in, (portable(alias),)


def stand_in(value: object) -> object:
    """Return the value: what pickle calls in the place of an alias."""
    return value


class _Rewriter:
    def __init__(self) -> None:
        self._aliases: dict[object, RecursiveAlias] = {}
        self._used: set[object] = set()

    def rewrite(self, annotation: object) -> Any:
        if isinstance(annotation, NewType):
            return self.rewrite(annotation.__supertype__)
        if is_alias(annotation):
            return self._rewrite_alias(annotation)
        if isinstance(annotation, list):  # the arguments of a Callable
            return [self.rewrite(one) for one in annotation]
        return self._rewrite_generic(annotation, get_origin(annotation), get_args(annotation))

    def _rewrite_generic(
        self, annotation: object, origin: Any, arguments: tuple[Any, ...]
    ) -> Any:
        if not arguments:
            return annotation
        if origin is Annotated:
            return self._rewrite_annotated(*arguments)
        replaced = tuple(map(self.rewrite, arguments))
        if all(new is old for new, old in zip(replaced, arguments, strict=True)):
            return annotation
        if origin is types.UnionType or origin is Union:
            return Union[replaced]  # noqa: UP007  (made at run time)
        return origin[replaced if len(replaced) > 1 else replaced[0]]

    def _rewrite_annotated(self, annotation: object, *metadata: object) -> Any:
        """Keep what has a meaning; other metadata mean nothing, and may not be picklable."""
        kept = [meta for meta in metadata if _has_meaning(meta)]
        plain = self.rewrite(annotation)
        return Annotated[(plain, *kept)] if kept else plain

    def _rewrite_alias(self, alias: Any) -> Any:
        if alias in self._aliases:
            self._used.add(alias)
            return self._aliases[alias]
        stand_in = self._aliases[alias] = RecursiveAlias(alias_label(alias))
        value = self.rewrite(alias_value(alias))
        if alias not in self._used:
            del self._aliases[alias]
            return value
        stand_in.__value__ = value
        return stand_in


def _has_meaning(metadata: object) -> bool:
    return isinstance(metadata, (Mark, msgspec.Meta, ArrayShape)) or is_scalar(metadata)
