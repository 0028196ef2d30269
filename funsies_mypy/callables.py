"""Functions and tasks, as types that can be called."""

from __future__ import annotations

from typing import Final

from mypy.checker import TypeChecker
from mypy.types import CallableType, Instance, Parameters, Type, get_proper_type

from . import names

LEFT_BY_PARTIAL: Final = "__mypy_partial"
"""Where mypy keeps what is left of a function after ``functools.partial``."""

LEFT_OF_TASK: Final = "__funsies_partial"
"""Where the plugin keeps what is left of the function of a task."""


def is_task(kind: Type) -> bool:
    """True of tasks and partials of them: both return artefacts of what functions return."""
    found = get_proper_type(kind)
    return isinstance(found, Instance) and (
        found.type.fullname == names.TASK or kept(found, LEFT_OF_TASK) is not None
    )


def kept(kind: Instance, name: str) -> Type | None:
    """What mypy or the plugin knows of an object beside its class."""
    return None if kind.extra_attrs is None else kind.extra_attrs.attrs.get(name)


def strictness(function: Type, said: bool | None) -> bool | None:
    """Whether a function is given values: of a task each parameter says it by itself.

    Args:
        function: its type.
        said: what ``strict=`` says in the call.
    """
    return None if said is True and is_task(function) else said


def plain_function(api: TypeChecker, kind: Type, name: str) -> Type:
    """The function of a task, what is left of one after ``partial``; any other type, itself.

    Args:
        api: the type checker.
        kind: the type.
        name: of the function, for messages.
    """
    function, found = task_function(api, kind, name), get_proper_type(kind)
    if function is not None:
        return function
    if isinstance(found, Instance):
        return kept(found, LEFT_OF_TASK) or kept(found, LEFT_BY_PARTIAL) or found
    return found


def task_function(api: TypeChecker, kind: Type, name: str) -> CallableType | None:
    """The function of a ``Task[P, R]``; None for another type, or if ``P`` is not known.

    Args:
        api: the type checker.
        kind: the type.
        name: of the task, for messages.
    """
    task = get_proper_type(kind)
    if not isinstance(task, Instance) or not is_task(task) or not task.args:
        return None
    parameters, result = get_proper_type(task.args[0]), task.args[-1]
    if not isinstance(parameters, Parameters):
        return None
    return CallableType(
        list(parameters.arg_types),
        list(parameters.arg_kinds),
        list(parameters.arg_names),
        result,
        api.named_type("builtins.function"),
        name=name,
        variables=list(parameters.variables),
    )
