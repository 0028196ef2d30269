"""An artefact as a condition, or in ``"..." % artefact``: its value is not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    CallExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    MatchStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OpExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    Var,
    WhileStmt,
)
from mypy.plugin import AttributeContext
from mypy.types import NoneType, Type, get_proper_type

from funsies_mypy.arguments import Call, checker
from funsies_mypy.bindings import Uses, uses_of_variables
from funsies_mypy.types import inside_artefact, union_items
from funsies_mypy.walk import nodes_of, once_a_file, walk

from .pointers import report_pointer

HookT = TypeVar("HookT", bound=Call | AttributeContext)


@dataclass(frozen=True, slots=True)
class Misuse:
    """An expression that stands where a value is needed.

    Attributes:
        where: the expression.
        how: what it is needed as.
        is_bound_once: whether it is a variable that nothing else is assigned to.
    """

    where: Expression
    how: str
    is_bound_once: bool = False


def watched(hook: Callable[[HookT], Type]) -> Callable[[HookT], Type]:
    """Let a hook also report what the file does with the artefact that the hook is about.

    mypy asks no plugin about conditions. So they are looked for in the syntax tree, for the
    expression of the hook, for the variable that it is assigned to, and for the parameters of
    the function that it stands in.
    """

    def check(context: HookT) -> Type:
        result = hook(context)
        for misuse in _misuses(checker(context).tree).get(id(context.context), ()):
            kind = _kind(misuse, result)
            if kind is not None:
                report_pointer(checker(context), kind, misuse.where, misuse.how)
        return result

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def _kind(misuse: Misuse, result: Type) -> Type | None:
    """The type of what is misused; None if it need not be an artefact."""
    variable = misuse.where.node if isinstance(misuse.where, NameExpr) else None
    kind: Type | None = result
    if isinstance(variable, Var) and not (variable.is_inferred and misuse.is_bound_once):
        kind = variable.type
    return kind if kind is not None and _is_artefact(kind) else None


def _is_artefact(kind: Type) -> bool:
    """True of artefacts, and of artefacts or None: the latter are for ``is None``."""
    items = [
        item for item in union_items(kind) if not isinstance(get_proper_type(item), NoneType)
    ]
    return bool(items) and all(inside_artefact(item) is not None for item in items)


@once_a_file
def _misuses(tree: MypyFile) -> Mapping[int, list[Misuse]]:
    """What may have to be reported, by the expressions whose hooks do it."""
    found: dict[int, list[Misuse]] = defaultdict(list)
    needed = {
        id(where): (where, how) for node in nodes_of(tree) for where, how in _needed(node)
    }
    if not needed:
        return found
    for identity, (where, how) in needed.items():
        found[identity].append(Misuse(where, how))
    variables = uses_of_variables(tree)
    for uses in variables.values():
        for value in uses.given:
            found[id(value)].extend(_misuses_of(uses, needed))
    for function in nodes_of(tree):
        if isinstance(function, FuncDef):
            _add_parameters(function, variables, needed, found)
    return found


_Needed = Mapping[int, tuple[Expression, str]]


def _misuses_of(uses: Uses, needed: _Needed) -> list[Misuse]:
    return [
        Misuse(name, needed[id(name)][1], is_bound_once=uses.bound == 1)
        for name in uses.read
        if id(name) in needed
    ]


def _add_parameters(
    function: FuncDef,
    variables: Mapping[Var, Uses],
    needed: _Needed,
    found: dict[int, list[Misuse]],
) -> None:
    uses = [variables.get(argument.variable, Uses()) for argument in function.arguments]
    misuses = [misuse for each in uses for misuse in _misuses_of(each, needed)]
    for node in walk(function) if misuses else ():
        if isinstance(node, (CallExpr, IndexExpr, MemberExpr)):
            found[id(node)].extend(misuses)


def _needed(node: Node) -> Iterator[tuple[Expression, str]]:
    """Expressions right below a node that stand where a value is needed, and as what it is."""
    for condition in _conditions(node):
        for expression in _tested(condition):
            yield expression, "used as a condition"
    if isinstance(node, OpExpr) and node.op == "%" and isinstance(node.left, StrExpr):
        for expression in _items(node.right):
            yield expression, "formatted"


def _conditions(node: Node) -> Sequence[Expression]:
    match node:
        case IfStmt(expr=list(conditions)) | MatchStmt(guards=list(conditions)):
            return [each for each in conditions if each is not None]
        case WhileStmt(expr=condition) | AssertStmt(expr=condition):
            return [condition]
        case ConditionalExpr(cond=condition) | UnaryExpr(op="not", expr=condition):
            return [condition]
        case OpExpr(op="and" | "or", left=condition):
            return [condition]
        case GeneratorExpr(condlists=lists) | DictionaryComprehension(condlists=lists):
            return [condition for conditions in lists for condition in conditions]
    return []


def _tested(condition: Expression) -> Iterator[Expression]:
    """What decides a condition, but for what is a condition by itself."""
    match condition:
        case OpExpr(op="and" | "or", right=right):
            yield from _tested(right)
        case AssignmentExpr(value=value):
            yield value
        case _:
            yield condition


def _items(right: Expression) -> Sequence[Expression]:
    match right:
        case TupleExpr(items=items):
            return items
        case DictExpr(items=pairs):
            return [value for _, value in pairs]
    return [right]
