"""``match artefact: case 1: ...``: a case that never applies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from mypy.nodes import Expression, MatchStmt, Node, RefExpr, TypeInfo
from mypy.patterns import (
    AsPattern,
    ClassPattern,
    MappingPattern,
    OrPattern,
    Pattern,
    SequencePattern,
    SingletonPattern,
    ValuePattern,
)
from mypy.types import TupleType, Type, get_proper_type
from mypy.typevars import fill_typevars_with_any

from funsies_mypy.passing import Look, Passed
from funsies_mypy.pointing import report_unequal
from funsies_mypy.types import instance, unknown


def looks_at(node: Node) -> Iterator[tuple[Expression, Look]]:
    """The subject of a match statement."""
    if isinstance(node, MatchStmt):
        for pattern in node.patterns:
            yield node.subject, partial(_look, node.subject, pattern)


def _look(subject: Expression, pattern: Pattern, passed: Passed) -> None:
    kind = passed.type_of(subject)
    if kind is not None:
        _compare(passed, kind, pattern)


def _compare(passed: Passed, kind: Type, pattern: Pattern) -> None:
    if report_unequal(passed.api, kind, _type_of(passed, pattern) or unknown(), pattern):
        return
    for part, below in _parts(kind, pattern):
        _compare(passed, part, below)


def _parts(kind: Type, pattern: Pattern) -> Iterator[tuple[Type, Pattern]]:
    """Patterns below one, and the types of what they are compared with, if they are known."""
    found = get_proper_type(kind)
    match pattern:
        case OrPattern(patterns=patterns):
            yield from ((kind, each) for each in patterns)
        case AsPattern(pattern=Pattern() as inner):
            yield kind, inner
        case SequencePattern(patterns=patterns):
            if isinstance(found, TupleType) and len(found.items) == len(patterns):
                yield from zip(found.items, patterns, strict=True)


def _type_of(passed: Passed, pattern: Pattern) -> Type | None:
    """The type of what a pattern matches; None if it may be anything."""
    match pattern:
        case ValuePattern(expr=value):
            return passed.type_of(value)
        case SingletonPattern(value=bool()):
            return instance(passed.api, "builtins.bool")
        case SequencePattern():
            return instance(passed.api, "builtins.list", unknown())
        case MappingPattern():
            return instance(passed.api, "builtins.dict", unknown(), unknown())
        case ClassPattern(class_ref=RefExpr(node=TypeInfo() as kind)):
            return fill_typevars_with_any(kind)
    return None
