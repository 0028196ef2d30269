"""Keywords that a call does not have: often meant for the function that the step calls."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Final, TypeVar

from mypy.types import Type

from funsies_mypy import codes
from funsies_mypy.arguments import Call, callee_name, checker, given_at
from funsies_mypy.lift import ANY_KEYWORD
from funsies_mypy.messages import fail

CallT = TypeVar("CallT", bound=Call)

FORMER: Final = {"connection": "leave it out: building a step asks no server"}
"""Keywords that funsies 0.8 had, and what to do."""


def keywords_known(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report keywords that the call does not have."""

    def check(context: CallT) -> Type:
        if ANY_KEYWORD in context.callee_arg_names:
            for each in given_at(context, context.callee_arg_names.index(ANY_KEYWORD)):
                if each.name is not None:
                    text = _told(context, each.name)
                    fail(checker(context), codes.ARGUMENT, text, each.expression)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def _told(call: Call, keyword: str) -> str:
    caller = callee_name(call.context, "the call")
    known = [name for name in call.callee_arg_names if name and name != ANY_KEYWORD]
    if keyword in FORMER:
        return f'"{caller}" has no keyword "{keyword}" any more; {FORMER[keyword]}'
    close = difflib.get_close_matches(keyword, known, 1)
    remedy = (
        f'did you mean "{close[0]}"?'
        if close
        else "give the inputs of the function by position, or with functools.partial"
    )
    return f'"{caller}" has no keyword "{keyword}"; {remedy}'
