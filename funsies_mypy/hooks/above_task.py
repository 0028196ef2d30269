"""Decorators that stand above ``@task``: they get the task, not the function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, Context, Decorator, Expression, RefExpr

from funsies_mypy import codes, names
from funsies_mypy.encodable import is_of_project
from funsies_mypy.messages import fail

_OF_FUNCTIONS: Final = ("functools.", "contextlib.")
"""Modules whose decorators change what a function does."""


def check_above(api: TypeChecker, where: Context) -> None:
    """Report decorators of functions above ``@task``.

    Args:
        api: the type checker.
        where: a function with decorators, if it is one.
    """
    for name, decorator in _above(where):
        if name.startswith(_OF_FUNCTIONS) or is_of_project(api, name):
            shown = name.rpartition(".")[2]
            text = f'"@{shown}" stands above "@task" and gets the task, not the function; '
            fail(api, codes.TASK, text + 'put it below "@task"', decorator)


def _above(where: Context) -> Iterator[tuple[str, Expression]]:
    decorators = where.decorators if isinstance(where, Decorator) else []
    named = [(_name(each), each) for each in decorators]
    places = [place for place, (name, _) in enumerate(named) if name == names.TASK_DECORATOR]
    return ((name, each) for name, each in named[: max(places, default=0)] if name)


def _name(decorator: Expression) -> str:
    function = decorator.callee if isinstance(decorator, CallExpr) else decorator
    return function.fullname if isinstance(function, RefExpr) else ""
