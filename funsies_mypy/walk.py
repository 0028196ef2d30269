"""Going through the syntax tree: mypy's own visitors cannot be subclassed by plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from mypy.nodes import MypyFile, Node

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
