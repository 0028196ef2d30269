"""The context variables that a step finds.

A step sees what its modules have set when they were imported, ``decimal.getcontext().prec`` for
one; and in a program that runs steps itself, what that program has set. What it sets is gone
after it. It is never inside the caller's ``Fun``: on a worker it could not be.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Final, TypeVar

from funsies.builder.context import RunningStep, step_running

T = TypeVar("T")

OWN_PREFIX: Final = "funsies_"
"""How the names of all context variables of funsies begin."""


def run_in_own_context(function: Callable[[], T], *, step: RunningStep, is_alone: bool) -> T:
    """Call a function in a copy of the context, without the variables of funsies.

    Args:
        function: what is called.
        step: which runs; the only thing of funsies that the function finds there.
        is_alone: True if nothing else runs in this process.
    """
    return _context().run(_as_step, function, step, is_alone)


def _as_step(function: Callable[[], T], step: RunningStep, is_alone: bool) -> T:
    _separate_decimals()
    with step_running(step, is_alone=is_alone):
        return function()


def _context() -> Context:
    context = Context()
    for variable, value in copy_context().items():
        if not variable.name.startswith(OWN_PREFIX):
            context.run(variable.set, value)
    return context


def _separate_decimals() -> None:
    """Decimal contexts are changed in place; a copy of a context would share them."""
    decimal.setcontext(decimal.getcontext().copy())
