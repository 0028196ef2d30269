"""Commands that only set something for their own shell, which ends with them."""

from __future__ import annotations

from typing import Final

from .words import Node, parse, written

_SETS: Final = frozenset(
    {"declaration_command", "unset_command", "variable_assignment", "variable_assignments"}
)
_PROGRAMS: Final = frozenset(
    {"cd", "pushd", "popd", "set", "shopt", "alias", "unalias", "umask", "ulimit", "module"}
)
_WITH: Final = {
    "source": "activate",
    ".": "activate",
    "conda": "activate",
    "mamba": "activate",
    "micromamba": "activate",
}
"""Programs that set something, and do nothing else, if a word ends so."""


def sets_only(text: str) -> bool:
    """Whether a command does nothing but set its shell's directory, variables or options.

    >>> sets_only("cd build"), sets_only("cd build && make"), sets_only("source bin/activate")
    (True, False, True)
    """
    root = parse(text)
    if root is None:
        return False
    parts = [each for each in root.children if each.is_named and each.type != "comment"]
    return bool(parts) and all(map(_sets, parts))


def _sets(node: Node) -> bool:
    if node.type == "list":
        return all(_sets(each) for each in node.children if each.is_named)
    if _runs_more(node):
        return False
    if node.type != "command":
        return node.type in _SETS
    program, *words = [written(each) for each in node.children if each.is_named]
    return program in _PROGRAMS or any(
        word.endswith(_WITH.get(program, "\n")) for word in words
    )


def _runs_more(node: Node) -> bool:
    kinds = {"command_substitution", "process_substitution"}
    return node.type in kinds or any(map(_runs_more, node.children))
