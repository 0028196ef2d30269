"""No hook may end mypy with INTERNAL ERROR: a check that fails is left out, and says so."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mypy.types import Type

from . import codes

ContextT = TypeVar("ContextT")
TypeT = TypeVar("TypeT", bound=Type)


def guarded(
    hook: Callable[[ContextT], TypeT], fallback: Callable[[ContextT], TypeT]
) -> Callable[[ContextT], TypeT]:
    """Make a hook answer as if it were not there when it fails.

    Args:
        hook: what mypy calls.
        fallback: the answer of mypy itself.
    """

    @functools.wraps(hook)
    def safe(context: Any) -> TypeT:
        try:
            return hook(context)
        except Exception as problem:  # noqa: BLE001 - whatever it is, mypy must go on
            context.api.msg.note(_told(hook, problem), context.context, code=codes.INTERNAL)
            return fallback(context)

    return safe


def guarded_all(
    hooks: Mapping[str, Callable[[ContextT], TypeT]], fallback: Callable[[ContextT], TypeT]
) -> dict[str, Callable[[ContextT], TypeT]]:
    """Guard all hooks of a table."""
    return {name: guarded(hook, fallback) for name, hook in hooks.items()}


def _told(hook: Callable[..., object], problem: Exception) -> str:
    return (
        f"funsies_mypy: this is not checked, because {hook.__module__}.{hook.__name__} failed: "
        f"{type(problem).__name__}: {problem}; please report it"
    )
