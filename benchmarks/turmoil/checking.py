"""Whether what a client has taken is true."""

from __future__ import annotations

from enum import StrEnum

from returns.result import Success

import funsies as f
from funsies.core.result import Result

from .graphs import Node
from .steps import Made


class Verdict(StrEnum):
    """What a result is."""

    TRUE = "true"
    WRONG = "wrong"
    VOLATILE = "volatile"
    """There is none, or one below which there is none, because of the machine."""


def judge(node: Node, result: Result[Made, f.Error]) -> Verdict:
    """Compare a result with the truth."""
    if isinstance(result, Success):
        return _judge_value(node, result.unwrap())
    error = result.failure()
    if error.is_infrastructure:
        return Verdict.VOLATILE
    is_named = isinstance(node.truth, frozenset) and any(
        f"<{key}>" in error.details for key in node.truth
    )
    return Verdict.TRUE if is_named else Verdict.WRONG


def _judge_value(node: Node, value: Made) -> Verdict:
    if value.volatile:
        return Verdict.VOLATILE
    is_right = value.key.startswith(node.key) and value.value == node.truth
    return Verdict.TRUE if is_right else Verdict.WRONG
