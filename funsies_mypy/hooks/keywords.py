"""Keywords that a call does not have, often meant for the function; other names of queues."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from mypy.checker import TypeChecker
from mypy.plugin import FunctionContext, FunctionSigContext
from mypy.subtypes import is_subtype
from mypy.types import FunctionLike, Type

from funsies_mypy import codes, names
from funsies_mypy.arguments import Call, callee_name, checker, given, given_at
from funsies_mypy.lift import ANY_KEYWORD, with_any_keyword
from funsies_mypy.literals import text_of
from funsies_mypy.messages import did_you_mean, fail, quoted, shown
from funsies_mypy.types import find_class

CallT = TypeVar("CallT", bound=Call)

FORMER: Final = {"connection": "leave it out: building a step asks no server"}
"""Keywords that funsies 0.8 had, and what to do."""

_ELSEWHERE: Final = {
    "timeout": 'did you mean "timeout_seconds"?',
    "env": "variables that do not count are given by opt=options(env=...)",
    **dict.fromkeys(
        ("ttl", "result_ttl", "failure_ttl"),
        "leave it out: no request and no result expires",
    ),
}
"""Options that are not given by keyword, and what to do."""

_CALLED: Final = frozenset(("fun", "function", "split_fun"))
"""Parameters for a function that is called with the inputs."""

_OF_STEPS: Final = (
    "that is said of a step: @task({0}=...), shell(..., {0}=...), reduce(..., {0}=...); or "
    "Fun(defaults=options(...)) for all of them"
)

_OF_WAITING: Final = (
    "how long a step may run is said of the step, @task(timeout_seconds=...), how long you "
    "wait for it by wait_for(..., timeout=...)"
)


def keywords_known(hook: Callable[[CallT], Type]) -> Callable[[CallT], Type]:
    """Let a hook also report keywords that the call does not have."""

    def check(context: CallT) -> Type:
        if ANY_KEYWORD in context.callee_arg_names:
            for each in given_at(context, context.callee_arg_names.index(ANY_KEYWORD)):
                if each.name is not None:
                    text = _told(context, each.name)
                    fail(checker(context), codes.ARGUMENT, text, each.expression)
            _check_options(context)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check


def _check_options(call: Call) -> None:
    """Report options of the step whose values are of another type."""
    written = zip(call.callee_arg_names, call.args, strict=True)
    options = [name for name, values in written if values and name in names.STEP_OPTIONS]
    if not options:
        return
    api = checker(call)
    for name, wanted in _types_of_options(api).items():
        value = given(call, name) if name in options else None
        if value is not None and not is_subtype(value.type, wanted):
            text = f'Option "{name}" is {shown(api, wanted)}, not {shown(api, value.type)}'
            fail(api, codes.ARGUMENT, text, value.expression)


def _types_of_options(api: TypeChecker) -> Mapping[str, Type]:
    info = find_class(api, names.STEP_OPTIONS_DICT)
    kind = None if info is None else info.typeddict_type
    return {} if kind is None else kind.items


@keywords_known
def only_keywords(context: FunctionContext) -> Type:
    """Report nothing but keywords that the call does not have."""
    return context.default_return_type


def open_keywords(context: FunctionSigContext) -> FunctionLike:
    """Take any keyword, so that the hook can say what to write."""
    anything = checker(context).named_generic_type("builtins.object", [])
    return with_any_keyword(context.default_signature, anything)


def _told(call: Call, keyword: str) -> str:
    caller = callee_name(call.context, "the call")
    known = [name for name in call.callee_arg_names if name and name != ANY_KEYWORD]
    if keyword in FORMER:
        return f'"{caller}" has no keyword "{keyword}" any more; {FORMER[keyword]}'
    return f'"{caller}" has no keyword "{keyword}"; {_remedy(keyword, known)}'


def _remedy(keyword: str, known: Sequence[str]) -> str:
    takes_options = "queue" in known
    if not takes_options and keyword == "timeout":
        return _OF_WAITING
    if not takes_options and keyword in (*names.STEP_OPTIONS, "opt"):
        return _OF_STEPS.format(keyword)
    if keyword in _ELSEWHERE and takes_options:
        return _ELSEWHERE[keyword]
    longer = [each for each in known if keyword.startswith(each)]
    close = longer[:1] or difflib.get_close_matches(keyword, known, 1)
    hints = [f'did you mean "{each}"?' for each in close]
    if _CALLED.intersection(known):
        hints.append("give the inputs of the function by position, or with functools.partial")
    return " ".join(hints) or f"there are {quoted(known)}"


def queues_known(
    hook: Callable[[FunctionContext], Type], queues: Sequence[str]
) -> Callable[[FunctionContext], Type]:
    """Let a hook also report names of other queues.

    Args:
        hook: of a call that may have ``queue=``.
        queues: the names that are configured.
    """

    def check(context: FunctionContext) -> Type:
        queue = given(context, "queue")
        name = None if queue is None else text_of(checker(context), queue.expression)
        if queue is not None and name is not None and name not in queues:
            text = (
                f'There is no queue "{name}" ([tool.funsies] queues are {quoted(queues)})'
                f"{did_you_mean(name, queues)}"
            )
            fail(checker(context), codes.QUEUE, text, queue.expression)
        return hook(context)

    check.__name__, check.__module__ = hook.__name__, hook.__module__
    return check
