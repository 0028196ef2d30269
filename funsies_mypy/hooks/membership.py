"""``artefact in (1, 2)``, ``1 in artefacts``: never true."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import ComparisonExpr, Expression, Node
from mypy.typeops import make_simplified_union
from mypy.types import Instance, TupleType, Type, get_proper_type

from funsies_mypy.messages import shown
from funsies_mypy.passing import Look, Passed
from funsies_mypy.pointing import is_never, report_pointer, report_unequal
from funsies_mypy.types import inside_result

_TEXTS: Final = ("builtins.str", "builtins.bytes")


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


def item_type(container: Type) -> Type | None:
    """What is in a container; None if that is not known, and for texts."""
    found = get_proper_type(container)
    if isinstance(found, TupleType):
        return make_simplified_union(found.items)
    if not isinstance(found, Instance) or found.type.fullname in (
        "builtins.str",
        "builtins.bytes",
    ):
        return None
    for base in found.type.mro:
        if base.fullname == "typing.Iterable":
            return map_instance_to_supertype(found, base).args[0]
    return None
