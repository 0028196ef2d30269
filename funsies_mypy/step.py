"""A call that adds a step, and its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mypy.argmap import map_actuals_to_formals
from mypy.checker import TypeChecker
from mypy.nodes import ArgKind, Context, Expression
from mypy.types import CallableType, Type


@dataclass(frozen=True, slots=True)
class Given:
    """One argument of a call.

    Attributes:
        expression: in the program.
        type: of it, as mypy inferred it without a context.
        kind: positional, by keyword, or starred.
        name: the keyword, if it is one.
    """

    expression: Expression
    type: Type
    kind: ArgKind
    name: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A call that adds a step.

    Attributes:
        api: the type checker.
        where: the call.
        caller: what is called: ``reduce``, or the name of a task.
        function: name of the function that the step calls.
        callee: type of that function.
        given: its arguments.
        skipped: number of positional arguments of the call before these.
        is_strict: False if the function gets results; None if each of its parameters says it.
        expression: of the function in the program, if there is one.
        subject: what messages call the only argument, if it does not stand in the call.
    """

    api: TypeChecker
    where: Context
    caller: str
    function: str
    callee: Type
    given: Sequence[Given]
    skipped: int = 0
    is_strict: bool | None = True
    expression: Expression | None = None
    subject: str | None = None


def filled_by(step: Step, callee: CallableType) -> list[list[int]]:
    """For each parameter of the function, the positions of the arguments that it gets."""
    return map_actuals_to_formals(
        [each.kind for each in step.given],
        [each.name for each in step.given],
        callee.arg_kinds,
        callee.arg_names,
        lambda index: step.given[index].type,
    )
