"""The texts of the messages that more than one hook gives, and how they are given."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mypy.checker import TypeChecker
from mypy.errorcodes import ErrorCode
from mypy.messages import format_type
from mypy.nodes import Context
from mypy.types import Type


def fail(api: TypeChecker, code: ErrorCode, text: str, where: Context) -> None:
    """Report an error."""
    api.msg.fail(text, where, code=code)


def note(api: TypeChecker, code: ErrorCode, text: str, where: Context) -> None:
    """Report what may be right, but is worth a look."""
    api.msg.note(text, where, code=code)


def shown(api: TypeChecker, kind: Type) -> str:
    """A type as mypy shows it, in quotes."""
    return format_type(kind, api.options)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint at the name that was probably meant; empty if there is none like it."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f'; did you mean "{close[0]}"?' if close else ""


def quoted(names: Iterable[str]) -> str:
    """Names in quotes, with commas."""
    return ", ".join(f'"{name}"' for name in names)


def returns_artefact(name: str, caller: str) -> str:
    """A function that returns an artefact stands where one that returns a value belongs."""
    told = f'"{name}" returns an artefact; that makes the workflow dynamic: '
    if caller == "map_each":
        return f"{told}.bind() a function of the whole list that returns gather([...]) of them"
    return f'{told}use .bind() in the place of "{caller}"'
