"""``case Success(value)``, ``isinstance(result, Success)``: mypy forgets the types inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mypy.nodes import CallExpr, Expression, MatchStmt, MemberExpr, MypyFile, RefExpr, Var
from mypy.patterns import AsPattern, ClassPattern, OrPattern, Pattern
from mypy.plugin import AttributeContext, MethodContext
from mypy.typeops import make_simplified_union
from mypy.types import Type

from funsies_mypy.arguments import checker
from funsies_mypy.passing import known_type
from funsies_mypy.types import inside_result, is_any, result_error, union_items
from funsies_mypy.walk import nodes_of, once_a_file


def matched_value(context: AttributeContext) -> Type:
    """What ``case Success(value)`` binds."""
    return _matched(context, is_error=False)


def matched_error(context: AttributeContext) -> Type:
    """What ``case Failure(error)`` binds."""
    return _matched(context, is_error=True)


def unwrapped(context: MethodContext) -> Type:
    """``result.unwrap()`` of what is known to be a success."""
    return _known(context, is_error=False)


def failed(context: MethodContext) -> Type:
    """``result.failure()`` of what is known to be a failure."""
    return _known(context, is_error=True)


def _matched(context: AttributeContext, *, is_error: bool) -> Type:
    api = checker(context)
    subject = _subjects(api.tree).get(id(context.context))
    kind = None if subject is None else known_type(api, subject)
    return _inside(context.default_attr_type, kind, is_error=is_error)


def _known(context: MethodContext, *, is_error: bool) -> Type:
    kind = None
    match context.context:
        case CallExpr(callee=MemberExpr(expr=RefExpr(node=Var(type=declared)))):
            kind = declared
    return _inside(context.default_return_type, kind, is_error=is_error)


def _inside(found: Type, whole: Type | None, *, is_error: bool) -> Type:
    """The type inside of what was narrowed, if mypy only says that it is anything."""
    if whole is None or not is_any(found):
        return found
    look = result_error if is_error else inside_result
    items = [inside for item in union_items(whole) if (inside := look(item)) is not None]
    return make_simplified_union(items) if items else found


@once_a_file
def _subjects(tree: MypyFile) -> Mapping[int, Expression]:
    """What is matched, by patterns of classes and the patterns right below them."""
    return {
        id(each): node.subject
        for node in nodes_of(tree)
        if isinstance(node, MatchStmt)
        for pattern in node.patterns
        for each in _of_classes(pattern)
    }


def _of_classes(pattern: Pattern) -> Iterator[Pattern]:
    match pattern:
        case OrPattern(patterns=patterns):
            for each in patterns:
                yield from _of_classes(each)
        case AsPattern(pattern=Pattern() as inner):
            yield from _of_classes(inner)
        case ClassPattern(positionals=positionals):
            yield pattern
            yield from positionals
