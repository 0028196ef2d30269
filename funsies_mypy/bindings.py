"""Where a file binds its variables, and where it reads them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mypy.nodes import Argument, AssignmentStmt, Expression, MypyFile, NameExpr, Node, Var

from .walk import nodes_of, once_a_file

_TARGETS: Final = {
    "AssignmentStmt": ("lvalues",),
    "OperatorAssignmentStmt": ("lvalue",),
    "ForStmt": ("index",),
    "WithStmt": ("target",),
    "TryStmt": ("vars",),
    "DelStmt": ("expr",),
    "AssignmentExpr": ("target",),
    "AsPattern": ("name",),
    "StarredPattern": ("capture",),
    "MappingPattern": ("rest",),
    "GeneratorExpr": ("indices",),
    "DictionaryComprehension": ("indices",),
}
"""Kinds of nodes, and where they bind names."""


@dataclass
class Uses:
    """What a file does with a variable.

    Attributes:
        bound: number of places that bind it.
        given: what is assigned to it alone, by a statement.
        read: where it is read.
    """

    bound: int = 0
    given: list[Expression] = field(default_factory=list)
    read: list[NameExpr] = field(default_factory=list)


@once_a_file
def uses_of_variables(tree: MypyFile) -> Mapping[Var, Uses]:
    """Where each variable of a file is bound and read."""
    found: dict[Var, Uses] = defaultdict(Uses)
    bound: set[NameExpr] = set()
    for node in nodes_of(tree):
        for target in _targets(node):
            bound.add(target)
            if isinstance(target.node, Var):
                found[target.node].bound += 1
        match node:
            case Argument(variable=variable):
                found[variable].bound += 1
            case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)], rvalue=value):
                found[variable].given.append(value)
            case NameExpr(node=Var() as variable) if node not in bound:
                found[variable].read.append(node)
    return found


def _targets(node: Node) -> Iterator[NameExpr]:
    for attribute in _TARGETS.get(type(node).__name__, ()):
        yield from _names(getattr(node, attribute))


def _names(targets: Any) -> Iterator[NameExpr]:
    """The names in something that is assigned to; not the ``a`` and ``i`` of ``a[i]``."""
    if isinstance(targets, NameExpr):
        yield targets
    elif isinstance(targets, (list, tuple)):
        for each in targets:
            yield from _names(each)
    elif type(targets).__name__ in ("TupleExpr", "ListExpr"):
        yield from _names(targets.items)
    elif type(targets).__name__ == "StarExpr":
        yield from _names(targets.expr)
