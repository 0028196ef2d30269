"""What ``funsies check`` adds to what mypy says, above all of scripts for funsies 0.8."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import funsies
from funsies.core.former_names import MESSAGES
from funsies.session import NO_REDIS

_MEMBER: Final = re.compile(
    r'(?:Module "(?P<module>[\w.]+)"|Module|"(?:type\[)?(?P<owner>\w+)[^"]*") '
    r'has no attribute "(?P<name>\w+)"'
)
_KEYWORD: Final = re.compile(
    r'Unexpected keyword argument "(?P<name>\w+)" for '
    r'(?:overloaded function )?"(?P<function>\w+)"'
)

_RESULT: Final = (
    "take(..., strict=False) and strict=False steps give Success(value) or Failure(error): "
    "write isinstance(it, Failure), it.failure() and it.unwrap()"
)
_NO_BOOL: Final = r"\[.*\" which does not implement __bool__"
_IDIOMS: Final = (
    (r'Subclass of ".*" and "Error" cannot exist', _RESULT),
    (r'"(Result|Success|Failure)\b.*" has no attribute "(kind|source|details)"', _RESULT),
    (r'Argument \d to "wait_for" has .* type "(float|int|None)"', "write timeout=..."),
    (
        r'Value of type "Artefact\[Any\]" is not indexable',
        "get(hash) gives the one thing that has this hash, not a list: leave out the index",
    ),
    (
        r'Module "funsies.template" has no attribute "template"',
        "write `from funsies import template`",
    ),
    (r'"Session" has no attribute', NO_REDIS),
    (
        rf'.* "Artefact{_NO_BOOL}',
        "an artefact is a pointer: decide in a step, or execute it and use take()",
    ),
    (rf'.* "ShellOutput{_NO_BOOL}', "a shell step has no truth: give its outputs to a step"),
    (rf'.* "Result{_NO_BOOL}', _RESULT),
)
"""Patterns of mypy's messages, and what to write."""


def former_hints(message: str) -> Iterator[str]:
    """The edits that an error calls for, if it is one of those.

    Args:
        message: what mypy said.
    """
    for name in funsies.__all__:  # each module says what it had, once it is imported
        getattr(funsies, name)
    if member := _MEMBER.match(message):
        yield from _about_member(member["module"] or member["owner"], member["name"])
    if keyword := _KEYWORD.match(message):
        what = f"{keyword['function']}({keyword['name']}=...)"
        yield from filter(None, [MESSAGES.get(what)])
    yield from (hint for pattern, hint in _IDIOMS if re.match(pattern, message))


def _about_member(owner: str | None, name: str) -> Iterator[str]:
    """Messages about a name; if its module is not known, of any of ours."""
    for what, message in MESSAGES.items():
        home, _, last = what.rpartition(".")
        if last == name and (home == owner or (owner is None and home.startswith("funsies."))):
            yield message
