"""``artefact in (1, 2)``, ``1 in artefacts``: never true."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mypy.nodes import ComparisonExpr, Expression, Node

from funsies_mypy.messages import shown
from funsies_mypy.passing import Look, Passed
from funsies_mypy.pointing import is_never, report_pointer, report_unequal
from funsies_mypy.types import inside_result, item_type


def looks_at(node: Node) -> Iterator[tuple[Expression, Look]]:
    """Comparisons with ``in``."""
    if isinstance(node, ComparisonExpr):
        pairs = zip(node.operators, node.operands, node.operands[1:], strict=False)
        for operator, item, container in pairs:
            if operator in ("in", "not in"):
                yield item, partial(_look, item, container)


def _look(item: Expression, container: Expression, passed: Passed) -> None:
    one, several = passed.type_of(item), passed.type_of(container)
    if one is None or several is None:
        return
    other = item_type(several)
    if other is None:
        return
    if inside_result(one) is None and is_never(passed.api, one, other):
        report_pointer(passed.api, one, item, f"searched for in {shown(passed.api, several)}")
    else:
        report_unequal(passed.api, one, other, item)
