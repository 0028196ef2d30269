"""Artefacts and results that stand where a value is needed, where mypy asks no plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from mypy.nodes import Expression, Node
from mypy.plugin import AttributeContext
from mypy.types import Type

from funsies_mypy.advice import advise
from funsies_mypy.arguments import Call, checker
from funsies_mypy.passing import Look, Passed, way_with

from . import conditions, matching, membership

HookT = TypeVar("HookT", bound=Call | AttributeContext)


def _looks_at(node: Node) -> Iterator[tuple[Expression, Look]]:
    yield from conditions.looks_at(node)
    yield from membership.looks_at(node)
    yield from matching.looks_at(node)


_way = way_with(_looks_at)


def watched(hook: Callable[[HookT], Type]) -> Callable[[HookT], Type]:
    """Let a hook also report what stands on the way to what it is about."""

    def check(context: HookT) -> Type:
        advise(checker(context))
        result = hook(context)
        api = checker(context)
        _way(api.tree).go_on(Passed(api, context.context, result))
        return result

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check
