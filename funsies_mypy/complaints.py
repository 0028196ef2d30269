"""What mypy says of the call of a function, told of the step that the user wrote."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mypy.errors import ErrorInfo
from mypy.messages import format_type
from mypy.nodes import ARG_STAR, ARG_STAR2, Context, TempNode
from mypy.types import AnyType, CallableType, NoneType, Type, TypeOfAny, get_proper_type

from . import codes, names
from .messages import fail
from .step import Given, Step, filled_by
from .types import has_artefact, union_items, unlifted

_MISMATCH: Final = re.compile(
    r'Argument (?:(?P<index>\d+)|"(?P<name>[^"]+)") .*?has incompatible type .*; '
    r'expected (?P<expected>"[^;]*)$'
)
_UNEXPECTED: Final = re.compile(r'Unexpected keyword argument "(?P<name>[^"]+)"')
_WRONG_COUNT: Final = ("Too many", "Too few", "Missing positional", "Missing named")


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that mypy found when it checked the call of the function.

    Attributes:
        step: the call that the user wrote.
        callee: type of the function, as inferred.
        error: what mypy said.
    """

    step: Step
    callee: Type
    error: ErrorInfo


def complain(complaint: Complaint) -> None:
    """Report it."""
    error = complaint.error
    if error.severity != "error" or _is_told(complaint):
        return
    mismatch = _MISMATCH.match(error.message)
    position = None if mismatch is None else _position(complaint.step, mismatch)
    if mismatch is None or position is None:
        text = f"{error.message}{_count(complaint)}{_of_message(error.message)}"
    else:
        text = _mismatch(complaint, position, mismatch["expected"])
    fail(complaint.step.api, codes.ARGUMENT, text, _place(error))


def _place(error: ErrorInfo) -> Context:
    node = TempNode(AnyType(TypeOfAny.special_form))
    node.line, node.column = error.line, error.column
    return node


def _position(step: Step, mismatch: re.Match[str]) -> int | None:
    """Which of the arguments is meant."""
    if mismatch["index"] is not None:
        position = int(mismatch["index"]) - 1
        return position if position < len(step.given) else None
    keywords = [each.name for each in step.given]
    if len(keywords) == 1:  # mypy may say the keyword of the call, as in morph(fun, inp=...)
        return 0
    return keywords.index(mismatch["name"]) if mismatch["name"] in keywords else None


def _mismatch(complaint: Complaint, position: int, expected: str) -> str:
    step = complaint.step
    given = step.given[position]
    given_type = format_type(given.type, step.api.options)
    parameter = _parameter(complaint, position)
    target = f'"{step.function}"'
    if parameter is not None:
        target = f'parameter "{parameter}" of {target}'
    needs = (
        f"{_argument_name(step, position)} has type {given_type}, but {target} needs {expected}"
    )
    if given.kind in (ARG_STAR, ARG_STAR2):
        return f"{needs} from each of its items"
    if step.subject is not None:
        return f"{needs}{_of_function(expected)}"
    if step.is_strict and expected.startswith('"Result['):
        return f"{needs}; only a strict=False step is given results"
    return f"{needs}{_what_to_do(given, expected)}"


def _of_function(expected: str) -> str:
    if expected.startswith('"Artefact['):
        return " inside of it; take the value as the parameter"
    return "; give it another function"


def _what_to_do(given: Given, expected: str) -> str:
    inside = expected.strip('"')
    if inside.startswith("Artefact["):
        return "; take its value as the parameter"
    if _may_be_none(unlifted(given.type)) and "None" not in re.findall(r"\w+", inside):
        where = "in a step before" if has_artefact(given.type) else "first"
        return f"; it may be None: take care of that {where}"
    if has_artefact(given.type):
        return (
            f' inside the artefact; pass an "Artefact[{inside}]", for example with a step '
            "between them that converts it"
        )
    return f'; pass such a value, or an "Artefact[{inside}]"'


def _may_be_none(kind: Type) -> bool:
    return any(isinstance(item, NoneType) for item in union_items(kind))


def _argument_name(step: Step, position: int) -> str:
    given = step.given[position]
    if step.subject is not None:
        return step.subject
    if given.name is not None:
        return f'Argument "{given.name}" to "{step.caller}"'
    return f'Argument {position + 1 + step.skipped} to "{step.caller}"'


def _parameter(complaint: Complaint, position: int) -> str | None:
    """Name of the parameter that gets an argument."""
    callee = get_proper_type(complaint.callee)
    if not isinstance(callee, CallableType):
        return None
    filled = filled_by(complaint.step, callee)
    for name, actuals in zip(callee.arg_names, filled, strict=True):
        if position in actuals:
            return name
    return None


def _count(complaint: Complaint) -> str:
    """How many inputs there are, if that is what is wrong."""
    step, count = complaint.step, len(complaint.step.given)
    if not complaint.error.message.startswith(_WRONG_COUNT):
        return ""
    return f'; "{step.caller}" gives it {count} input{"" if count == 1 else "s"}'


def _of_message(message: str) -> str:
    """What to write instead: of a value for a function, of an option for a parameter."""
    if message.endswith(" not callable"):
        return "; give the function itself, and its inputs after it"
    keyword = _UNEXPECTED.match(message)
    if keyword is not None and keyword["name"] == "label":
        return "; it is said before the call: my_task.options(label=...)(...)"
    if keyword is None or keyword["name"] not in names.STEP_OPTIONS:
        return ""
    return f"; options are said of the task: @task({keyword['name']}=...)"


def _is_told(complaint: Complaint) -> bool:
    """True of what is wrong with an argument itself: mypy looked at it once before."""
    errors, error = complaint.step.api.msg.errors, complaint.error
    return any(
        told.line == error.line and told.message == error.message
        for told in errors.error_info_map.get(errors.file, ())
    )
