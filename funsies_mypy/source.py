"""Annotations as they are written, from the expressions that mypy reads them as."""

from __future__ import annotations

import json

from mypy.nodes import (
    EllipsisExpr,
    Expression,
    IndexExpr,
    IntExpr,
    MemberExpr,
    NameExpr,
    StrExpr,
    TupleExpr,
)


def source(expression: Expression) -> str:
    """``module.Class[int, "text"]`` as it is written; "" of anything else."""
    if isinstance(expression, NameExpr):
        return expression.name
    if isinstance(expression, StrExpr):
        return json.dumps(expression.value)
    if isinstance(expression, IntExpr):
        return str(expression.value)
    if isinstance(expression, EllipsisExpr):
        return "..."
    if isinstance(expression, MemberExpr):
        owner = source(expression.expr)
        return owner and f"{owner}.{expression.name}"
    return _indexed(expression) if isinstance(expression, IndexExpr) else ""


def _indexed(expression: IndexExpr) -> str:
    index = expression.index
    each = index.items if isinstance(index, TupleExpr) else [index]
    owner, arguments = source(expression.base), list(map(source, each))
    is_known = bool(owner) and all(arguments)
    return f"{owner}[{', '.join(arguments) or '()'}]" if is_known else ""
