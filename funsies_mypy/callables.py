"""Functions and tasks, as types that can be called."""

from __future__ import annotations

from mypy.checker import TypeChecker
from mypy.types import CallableType, Instance, Parameters, Type, get_proper_type

from . import names


def is_task(kind: Type) -> bool:
    """True of tasks, which return artefacts of what their functions return."""
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname == names.TASK


def plain_function(api: TypeChecker, kind: Type, name: str) -> Type:
    """The function of a task; of any other type, itself.

    Args:
        api: the type checker.
        kind: the type.
        name: of the function, for messages.
    """
    found = get_proper_type(kind)
    if isinstance(found, Instance) and is_task(found):
        return task_function(api, found, name) or found
    return found


def task_function(api: TypeChecker, task: Instance, name: str) -> CallableType | None:
    """The function of a ``Task[P, R]``; None if its parameters are not known.

    Args:
        api: the type checker.
        task: the type of the task.
        name: of the task, for messages.
    """
    if not task.args:
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
