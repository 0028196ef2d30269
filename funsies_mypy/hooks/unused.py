"""Steps whose results nobody uses, and other values that a file loses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    BreakStmt,
    CallExpr,
    ConditionalExpr,
    Context,
    DictExpr,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    IndexExpr,
    LambdaExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    Statement,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)
from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, callee_name, checker
from funsies_mypy.messages import fail
from funsies_mypy.walk import (
    Uses,
    children,
    flat,
    nodes_of,
    once_a_file,
    parents_of,
    uses_of_variables,
    walk,
)

from .keywords import only_keywords

_COLLECTIONS: Final = frozenset({"builtins.list", "builtins.dict", "builtins.set"})


def never_read(tree: MypyFile) -> frozenset[Var]:
    """Variables that a file binds, and does not use."""
    variables = uses_of_variables(tree).items()
    return frozenset(variable for variable, uses in variables if not uses.read)


def lost_values(node: Node, unread: frozenset[Var], *, is_lost: bool) -> Iterator[Context]:
    """Expressions whose values are lost: statements, and what is assigned to local names.

    Args:
        node: in which they are.
        unread: variables that are never read.
        is_lost: whether the value of a statement is lost here.
    """
    match node:
        case ExpressionStmt(expr=value):
            if is_lost:
                yield from _parts(value)
        case AssignmentStmt(lvalues=[target], rvalue=value):
            if is_lost and _is_unread(target, unread):
                yield from _parts(value)
        case Expression():
            pass
        case _:
            for below in flat(children(node)):
                yield from lost_values(
                    below, unread, is_lost=is_lost or isinstance(node, FuncDef)
                )


def _parts(value: Expression) -> Iterator[Expression]:
    """What an expression consists of, if it is lost with it."""
    match value:
        case ListComprehension(generator=generator):
            yield from _parts(generator.left_expr)
        case ListExpr(items=items) | TupleExpr(items=items):
            for item in items:
                yield from _parts(item)
        case ConditionalExpr(if_expr=one, else_expr=other):
            yield from _parts(one)
            yield from _parts(other)
        case _:
            yield value


def _is_unread(target: Expression, unread: frozenset[Var]) -> bool:
    """True of local names that nothing reads, and that do not say so with an underscore."""
    match target:
        case NameExpr(kind=kind, node=Var() as name):
            return kind == LDEF and name in unread and name.name[0] != "_"
        case TupleExpr(items=items):
            return bool(items) and all(_is_unread(item, unread) for item in items)
    return False


def lost_in_collections(tree: MypyFile) -> Iterator[Context]:
    """What is put into local lists and dicts that nothing ever looks at."""
    for variable, uses in uses_of_variables(tree).items():
        if uses.read and _is_new_collection(uses) and variable.name[0] != "_":
            stored = [_stored(tree, name) for name in uses.read]
            if all(each is not None for each in stored):
                yield from filter(None, stored)


def _is_new_collection(uses: Uses) -> bool:
    if uses.bound != 1 or len(uses.given) != 1:
        return False
    value = uses.given[0]
    if isinstance(value, (ListExpr, DictExpr)):
        return not value.items
    is_call = isinstance(value, CallExpr) and not value.args
    callee = value.callee if isinstance(value, CallExpr) else None
    return is_call and isinstance(callee, RefExpr) and callee.fullname in _COLLECTIONS


def _stored(tree: MypyFile, name: NameExpr) -> Expression | None:
    """``x`` of ``name.append(x)`` and ``name[key] = x``; None of anything else."""
    parents = parents_of(tree)
    parent = parents.get(id(name))
    above = parents.get(id(parent))
    if name.kind != LDEF:
        return None
    match parent, above:
        case MemberExpr(name="append" | "add"), CallExpr(args=[value]):
            is_statement = isinstance(parents.get(id(above)), ExpressionStmt)
            return value if is_statement else None
        case IndexExpr(base=base), AssignmentStmt(lvalues=[target], rvalue=value):
            return value if base is name and target is parent else None
    return None


def overwritten_values(tree: MypyFile, *, executes: bool) -> Iterator[Context]:
    """What a loop assigns to a name that nothing in the loop reads: the last alone is left."""
    for loop in nodes_of(tree):
        if isinstance(loop, (ForStmt, WhileStmt)) and _runs_to_its_end(loop):
            if not executes and _function_of(tree, loop) is None:
                continue
            for target, value in _assigned(loop.body.body):
                if _is_overwritten(tree, loop, target):
                    yield value


def _runs_to_its_end(loop: ForStmt | WhileStmt) -> bool:
    items = loop.expr
    is_single = isinstance(items, (ListExpr, TupleExpr)) and len(items.items) < 2  # noqa: PLR2004 (no second round)
    return not is_single and not any(
        isinstance(node, (BreakStmt, ReturnStmt)) for node in walk(loop)
    )


def _assigned(statements: Iterable[Statement]) -> Iterator[tuple[NameExpr, Expression]]:
    """Names that each round binds, and to what."""
    for statement in statements:
        match statement:
            case AssignmentStmt(lvalues=[NameExpr(node=Var()) as target], rvalue=value):
                yield target, value
            case WithStmt(body=body):
                yield from _assigned(body.body)


def _is_overwritten(tree: MypyFile, loop: Node, target: NameExpr) -> bool:
    variable = target.node
    if not isinstance(variable, Var) or target.name[0] == "_" or variable.info:
        return False
    reads = uses_of_variables(tree)[variable].read
    inside = {id(node) for node in walk(loop)}
    home = _function_of(tree, loop)
    return not any(id(name) in inside or _function_of(tree, name) is not home for name in reads)


def _function_of(tree: MypyFile, node: Node) -> Node | None:
    """The function that a node stands in; None at the top of a file."""
    parents = parents_of(tree)
    above = parents.get(id(node))
    while above is not None and not isinstance(above, (FuncDef, LambdaExpr)):
        above = parents.get(id(above))
    return above


CallT = TypeVar("CallT", bound=Call)

_READING_BY_NAME: Final = frozenset(
    f"builtins.{name}" for name in ("locals", "vars", "eval", "exec")
)
_LOST: Final = "is not used: the step is never run; execute it, or leave it out"
_OVERWRITTEN: Final = (
    "is overwritten by the next round of the loop, and only that of the last is used; collect "
    "them in a list"
)


def used(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report the call if nothing uses its result."""

    def check(context: CallT) -> Type:
        problem = _lost_calls(checker(context).tree).get(id(context.context))
        if problem is not None:
            name = callee_name(context.context, "the call")
            text = f'The result of "{name}" {problem}'
            fail(checker(context), codes.UNUSED, text, context.context)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def check_fun(context: FunctionContext) -> Type:
    """``Fun(...)`` without ``with``: no server is used before the block is entered."""
    call, tree = context.context, checker(context).tree
    if isinstance(call, CallExpr) and _is_never_entered(tree, call):
        name = callee_name(call, "Fun")
        text = f'"{name}(...)" does nothing by itself: write `with {name}(...):` over a block'
        fail(checker(context), codes.UNUSED, text, call)
    return only_keywords(context)


def _is_never_entered(tree: MypyFile, call: CallExpr) -> bool:
    match parents_of(tree).get(id(call)):
        case ExpressionStmt():
            return True
        case AssignmentStmt(lvalues=[NameExpr(node=Var() as name)], rvalue=value):
            is_here = value is call and not name.info and executes(tree)
            return is_here and not uses_of_variables(tree)[name].read
    return False


def executes(tree: MypyFile) -> bool:
    """True of a file that executes something itself."""
    return _calls(tree, names.EXECUTE)


def _calls(tree: MypyFile, wanted: frozenset[str]) -> bool:
    return any(
        isinstance(node, CallExpr)
        and isinstance(node.callee, RefExpr)
        and node.callee.fullname in wanted
        for node in nodes_of(tree)
    )


@once_a_file
def _lost_calls(tree: MypyFile) -> dict[int, str]:
    """Calls whose results are lost, where nothing executes what they add, and how they are.

    ``funsies run`` executes all final results of a script that executes nothing itself. So in
    a file that opens a ``Fun()`` and executes nothing, nothing is lost; nor at the top of a
    file that does neither, which others may import.
    """
    is_lost = executes(tree)
    if not is_lost and _calls(tree, names.FUN):
        return {}
    if _calls(tree, _READING_BY_NAME):
        return {id(value): _LOST for value in lost_values(tree, frozenset(), is_lost=is_lost)}
    lost = [*lost_values(tree, never_read(tree), is_lost=is_lost), *lost_in_collections(tree)]
    found = {id(value): _OVERWRITTEN for value in overwritten_values(tree, executes=is_lost)}
    return found | {id(value): _LOST for value in lost}
