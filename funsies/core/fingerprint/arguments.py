"""The arguments with which a program was started, where the code of a step reads them.

They are what the program was given, like a constant of it: with others the step is another
one. What stands before them in ``sys.argv`` is a path, which must not enter an address.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Final

from funsies.core.digest import Field, digest
from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.names_meant import names_meant
from funsies.core.fingerprint.walk import Walk
from funsies.core.parsing import parse_module

NAME: Final = "sys.argv"


def reads_arguments(function: FunctionType) -> bool:
    """True of code that reads ``sys.argv``, or calls ``parse_args()``, which does."""
    if names_of(function.__code__).parses_arguments:
        return True
    return any(_is_read(thing, chain) for thing, chain in names_meant(function))


def arguments_read(walk: Walk, function: FunctionType) -> Iterator[Field]:
    """What counts of the arguments; nothing of code that does not read them."""
    if not reads_arguments(function) or walk.is_ignored(NAME):
        return
    walk.snapshot.values.append((_now, _now()))
    counted = ("arguments", *map(str, sys.argv[1:]))
    walk.note(NAME, "value", counted, sys.argv[1:])
    yield counted


def _now() -> bytes:
    return digest("arguments", *map(str, sys.argv[1:]))


def _is_read(thing: object, chain: tuple[str, ...]) -> bool:
    for name in chain:
        if not isinstance(thing, ModuleType):
            break
        thing = vars(thing).get(name)
    return thing is sys.argv


# -- texts of modules

_WORDS: Final = re.compile(rb"\b(argv|parse_args|parse_known_args)\b")
_READERS: Final = frozenset({"argv", "parse_args", "parse_known_args"})


@lru_cache(maxsize=256)
def reads_arguments_at_import(text: bytes) -> bool:
    """True of a module whose top level reads the arguments, or calls a function that does.

    Args:
        text: of the module.

    >>> reads_arguments_at_import(b"import sys; SIZE = int(sys.argv[1])")
    True
    >>> reads_arguments_at_import(b"def main(): return parser.parse_args()")
    False
    """
    if not _WORDS.search(text):
        return False
    try:
        body = parse_module(text.decode()).body
    except (SyntaxError, ValueError):
        return False
    functions = {each.name: each for each in body if isinstance(each, _FUNCTIONS)}
    pending: list[ast.stmt] = [each for each in body if _is_run_by_import(each)]
    seen: set[str] = set()
    while pending:
        for node in ast.walk(pending.pop()):
            name = getattr(node, "attr", getattr(node, "id", ""))
            if name in _READERS:
                return True
            if name in functions and name not in seen:
                seen.add(name)
                pending.append(functions[name])
    return False


_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def _is_run_by_import(statement: ast.stmt) -> bool:
    """False of definitions, and of what only a script does: ``if __name__ == "__main__":``."""
    if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
        return False
    test = ast.walk(statement.test) if isinstance(statement, ast.If) else ()
    return not any(isinstance(node, ast.Name) and node.id == "__name__" for node in test)
