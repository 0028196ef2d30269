"""``queue=...`` of steps, and of ``options``: one of ``[tool.funsies] queues``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy import codes
from funsies_mypy.arguments import checker, given
from funsies_mypy.literals import text_of
from funsies_mypy.messages import did_you_mean, fail, quoted


def queues_known(
    hook: Callable[[FunctionContext], Type], queues: Sequence[str]
) -> Callable[[FunctionContext], Type]:
    """Let a hook also report names of other queues.

    Args:
        hook: of a call that may have ``queue=``.
        queues: the names that are configured.
    """

    def check(context: FunctionContext) -> Type:
        queue = given(context, "queue")
        name = None if queue is None else text_of(checker(context), queue.expression)
        if queue is not None and name is not None and name not in queues:
            text = (
                f'There is no queue "{name}" ([tool.funsies] queues are {quoted(queues)})'
                f"{did_you_mean(name, queues)}"
            )
            fail(checker(context), codes.QUEUE, text, queue.expression)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check
