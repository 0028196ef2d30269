"""Classes of a script, made anew by running their own statements from its text.

A class is more than what pickle can say of it: members of enumerations, keywords of the class
statement, slots, what decorators and metaclasses did. So its statement is run again, where the
names that it needs stand for what they stand for in the program.
"""

from __future__ import annotations
import __future__

import ast
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

from funsies.core.fingerprint.texts import lines_of
from funsies.core.parsing import parse_module

_made: Final[dict[tuple[str, int], tuple[str, type]]] = {}


def run_class(
    module: ModuleType,
    place: tuple[str, int],
    name: str,
    needed: Sequence[tuple[str, Any]],
) -> type:
    """Run the statement of a class in its module; once in the life of this process.

    Args:
        module: the script, ``__main__`` as a rule.
        place: name of the file of the text, which is known to :mod:`linecache`, and position
            of the statement among those of the text.
        name: of the class.
        needed: globals that the statement reads.
    """
    file_name, position = place
    text = "".join(lines_of(file_name, None))
    known = _made.get(place)
    if known is not None and known[0] == text:
        return known[1]
    variables = vars(module)
    variables.update(needed)
    tree = parse_module(text)
    statement = ast.Module([tree.body[position]], [])
    code = compile(statement, file_name, "exec", _future_flags(tree), dont_inherit=True)
    exec(code, variables)  # noqa: S102 - a class of the program, signed as the task is
    made: type = variables[name]
    _made[place] = text, made
    return made


def _future_flags(tree: ast.Module) -> int:
    """What ``from __future__ import ...`` at the beginning of the text asks for."""
    names = (
        alias.name
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
        for alias in statement.names
    )
    return sum(getattr(__future__, name).compiler_flag for name in set(names))
