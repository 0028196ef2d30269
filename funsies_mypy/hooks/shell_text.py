"""The text of the commands of ``shell``, against the files that are declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import (
    ARG_STAR,
    CallExpr,
    Expression,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    RefExpr,
    StrExpr,
    TupleExpr,
)
from mypy.plugin import FunctionContext
from mypy.types import Instance, get_proper_type

from funsies_mypy import codes
from funsies_mypy.arguments import checker, given, given_at
from funsies_mypy.literals import all_keys_of, text_of
from funsies_mypy.messages import fail, note
from funsies_mypy.shell_text import NUMBER, UNKNOWN, Declared, Finding, findings
from funsies_mypy.step import Given
from funsies_mypy.types import literal_value

_SHELLS: Final = frozenset({"bash", "dash", "ksh", "sh"})
_SAME_TO_A_SHELL: Final = frozenset({"textwrap.dedent", "inspect.cleandoc"})

_Names = Sequence[tuple[str, Expression]]
_found = lru_cache(maxsize=64)(findings)
"""mypy looks at some calls more than once."""


def check_text(context: FunctionContext, outputs: _Names | None) -> None:
    """Report what commands say otherwise than the names of the files.

    Args:
        context: of the call of ``shell``.
        outputs: the names of the output files; None if they are not known.
    """
    commands = given_at(context, 0)
    if any(each.kind == ARG_STAR for each in commands) or not _is_for_a_shell(context):
        return
    api = checker(context)
    texts = tuple(_text(api, each) for each in commands)
    inputs = _inputs(context)
    declared = Declared(_texts(inputs), _texts(outputs))
    places = {
        "input": [where for _, where in inputs or ()],
        "output": [where for _, where in outputs or ()],
        "command": [each.expression for each in commands],
    }
    for finding in _found(texts, declared):
        tell = fail if finding.is_error and _counts(context, finding) else note
        tell(api, codes.SHELL, finding.text, places[finding.role][finding.place])


def _counts(context: FunctionContext, finding: Finding) -> bool:
    """Whether it matters that a command fails."""
    check = given(context, "check")
    return finding.role != "command" or check is None or literal_value(check.type) is True


def _texts(names: _Names | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(name for name, _ in names)


def _inputs(context: FunctionContext) -> _Names | None:
    inputs = given(context, "inp")
    return [] if inputs is None else all_keys_of(checker(context), inputs.expression)


def _is_for_a_shell(context: FunctionContext) -> bool:
    interpreter = given(context, "interpreter")
    if interpreter is None or _is_none(interpreter.expression):
        return True
    first = interpreter.expression
    if isinstance(first, (ListExpr, TupleExpr)) and first.items:
        first = first.items[0]
    word = text_of(checker(context), first)
    return word is not None and PurePosixPath(word).name in _SHELLS


def _is_none(expression: Expression) -> bool:
    return isinstance(expression, NameExpr) and expression.fullname == "builtins.None"


def _text(api: TypeChecker, command: Given) -> str:
    """The text of a command, with marks for what is not known."""
    value = literal_value(command.type)
    return value if isinstance(value, str) else _text_of(api, command.expression)


def _text_of(api: TypeChecker, expression: Expression) -> str:
    known = text_of(api, expression)
    if known is not None:
        return known
    if isinstance(expression, OpExpr) and expression.op == "+":
        return _text_of(api, expression.left) + _text_of(api, expression.right)
    if isinstance(expression, CallExpr):
        return _text_of_call(api, expression)
    return UNKNOWN


def _text_of_call(api: TypeChecker, call: CallExpr) -> str:
    """An f-string, which mypy has as a call of ``join``; or what changes only white space."""
    callee, first = call.callee, call.args[0] if call.args else None
    if isinstance(callee, RefExpr) and callee.fullname in _SAME_TO_A_SHELL and first:
        return _text_of(api, first)
    if not isinstance(callee, MemberExpr) or not isinstance(callee.expr, StrExpr) or not first:
        return UNKNOWN
    if callee.name == "join" and not callee.expr.value and isinstance(first, ListExpr):
        return "".join(_text_of(api, item) for item in first.items)
    if callee.name == "format" and callee.expr.value == "{:{}}":
        return _text_in_braces(api, first, call.args[1:])
    return UNKNOWN


def _text_in_braces(api: TypeChecker, value: Expression, rest: Sequence[Expression]) -> str:
    """``{value:format}`` in an f-string."""
    spec = rest[0].value if rest and isinstance(rest[0], StrExpr) else "?"
    if not spec:
        text = _text_of(api, value)
        return NUMBER if text == UNKNOWN and _is_number(api, value) else text
    is_usual = re.fullmatch(r"0?[0-9]*(\.[0-9]+)?[defgEG]?", spec)
    return NUMBER if is_usual and _is_number(api, value) else UNKNOWN


def _is_number(api: TypeChecker, value: Expression) -> bool:
    kind = get_proper_type(api.lookup_type(value)) if api.has_type(value) else None
    return isinstance(kind, Instance) and kind.type.fullname in {
        "builtins.int",
        "builtins.float",
    }
