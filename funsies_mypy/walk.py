"""Walking through a file: its nodes, and where it binds and reads its variables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

from mypy.nodes import Argument, AssignmentStmt, Expression, MypyFile, NameExpr, Node, Var

FoundT = TypeVar("FoundT")

_CHILDREN: Final[dict[str, tuple[str, ...]]] = {
    "MypyFile": ("defs",),
    "Block": ("body",),
    "ExpressionStmt": ("expr",),
    "AssignmentStmt": ("lvalues", "rvalue"),
    "OperatorAssignmentStmt": ("lvalue", "rvalue"),
    "WhileStmt": ("expr", "body", "else_body"),
    "ForStmt": ("index", "expr", "body", "else_body"),
    "ReturnStmt": ("expr",),
    "AssertStmt": ("expr", "msg"),
    "DelStmt": ("expr",),
    "IfStmt": ("expr", "body", "else_body"),
    "RaiseStmt": ("expr", "from_expr"),
    "TryStmt": ("body", "types", "vars", "handlers", "else_body", "finally_body"),
    "WithStmt": ("expr", "target", "body"),
    "MatchStmt": ("subject", "patterns", "guards", "bodies"),
    "FuncDef": ("arguments", "body"),
    "Decorator": ("decorators", "func"),
    "OverloadedFuncDef": ("items",),
    "ClassDef": ("base_type_exprs", "decorators", "defs"),
    "Argument": ("initializer",),
    "LambdaExpr": ("arguments", "body"),
    "CallExpr": ("callee", "args"),
    "MemberExpr": ("expr",),
    "IndexExpr": ("base", "index"),
    "UnaryExpr": ("expr",),
    "OpExpr": ("left", "right"),
    "ComparisonExpr": ("operands",),
    "SliceExpr": ("begin_index", "end_index", "stride"),
    "ListExpr": ("items",),
    "TupleExpr": ("items",),
    "SetExpr": ("items",),
    "DictExpr": ("items",),
    "ConditionalExpr": ("cond", "if_expr", "else_expr"),
    "StarExpr": ("expr",),
    "GeneratorExpr": ("left_expr", "sequences", "condlists", "indices"),
    "ListComprehension": ("generator",),
    "SetComprehension": ("generator",),
    "DictionaryComprehension": ("key", "value", "sequences", "condlists", "indices"),
    "YieldExpr": ("expr",),
    "YieldFromExpr": ("expr",),
    "AwaitExpr": ("expr",),
    "AssignmentExpr": ("target", "value"),
    "CastExpr": ("expr",),
    "AssertTypeExpr": ("expr",),
    "RevealExpr": ("expr",),
    "AsPattern": ("pattern", "name"),
    "OrPattern": ("patterns",),
    "ValuePattern": ("expr",),
    "SequencePattern": ("patterns",),
    "StarredPattern": ("capture",),
    "MappingPattern": ("keys", "values", "rest"),
    "ClassPattern": ("class_ref", "positionals", "keyword_values"),
}
"""Kinds of nodes, and where the nodes below them are."""


def walk(root: Node) -> Iterator[Node]:
    """All nodes of a tree, each before those below it."""
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (list, tuple)):
            waiting.extend(reversed(node))
        elif node is not None:
            yield node
            waiting.extend(reversed(children(node)))


def once_a_file(look: Callable[[MypyFile], FoundT]) -> Callable[[MypyFile], FoundT]:
    """Keep what a look at a file finds, until mypy goes on to another or reads it again.

    The daemon of mypy keeps the object of a file, and gives it other statements.
    """
    statements: object = None
    found: FoundT

    @wraps(look)
    def remembered(tree: MypyFile) -> FoundT:
        nonlocal statements, found
        if statements is not tree.defs:
            found = look(tree)
            statements = tree.defs
        return found

    return remembered


@once_a_file
def nodes_of(tree: MypyFile) -> tuple[Node, ...]:
    """All nodes of a file: several checks look at each."""
    return tuple(walk(tree))


def children(node: Node) -> list[Any]:
    """The nodes right below a node, lists of them, and None where there is none."""
    return [getattr(node, name, None) for name in _CHILDREN.get(type(node).__name__, ())]


@once_a_file
def parents_of(tree: MypyFile) -> Mapping[int, Node]:
    """The node right above each node of a file, by the identity of the latter."""
    return {id(child): node for node in nodes_of(tree) for child in flat(children(node))}


def flat(nodes: object) -> Iterator[Node]:
    """The nodes in lists of lists."""
    if isinstance(nodes, (list, tuple)):
        for each in nodes:
            yield from flat(each)
    elif isinstance(nodes, Node):
        yield nodes


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
