"""What an import of a module is bound to do, by its text, and what may differ elsewhere.

A name that is bound under a condition (``if os.environ.get(...)``, ``try: import ...``) may
be given another value where the module is imported again. So what the program has under such
a name goes along, even if a reference would lead to something there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from funsies.core.import_statements import bound_names
from funsies.core.parsing import blocks_of

_CONDITIONS: Final = (ast.If, ast.Try, ast.TryStar, ast.While, ast.Match)
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Bindings(NamedTuple):
    """What the text of a module says of the names in it.

    Attributes:
        conditional: qualified names of functions and classes that are made under a condition.
        modules: by name, the module that an unconditional import at the top level binds to it.
    """

    conditional: frozenset[str]
    modules: Mapping[str, str]

    def is_conditional(self, qualified_name: str) -> bool:
        r"""True of a function or class that is made under a condition, and of what is in it.

        >>> tree = ast.parse("if fast:\n  class A: ...\nclass B: ...")
        >>> found = bindings_of(tree, "")
        >>> found.is_conditional("A.method"), found.is_conditional("B.method")
        (True, False)
        """
        if not self.conditional:
            return False
        parts = qualified_name.split(".")
        return any(
            ".".join(parts[:count]) in self.conditional for count in range(1, len(parts) + 1)
        )


NO_BINDINGS: Final = Bindings(frozenset(), {})
"""Those of a package without a text."""


def bindings_of(tree: ast.Module, package: str) -> Bindings:
    """Read a text.

    Args:
        tree: of the module.
        package: to which its relative imports refer.
    """
    return Bindings(
        frozenset(_conditional(tree.body, "", is_conditional=False)),
        _imported(tree, package),
    )


def _conditional(body: list[ast.stmt], prefix: str, *, is_conditional: bool) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, _DEFINITIONS):
            name = f"{prefix}{statement.name}"
            if is_conditional:
                yield name
            elif isinstance(statement, ast.ClassDef):
                yield from _conditional(statement.body, f"{name}.", is_conditional=False)
        else:
            below = is_conditional or isinstance(statement, _CONDITIONS)
            yield from _conditional(blocks_of(statement), prefix, is_conditional=below)


def _imported(tree: ast.Module, package: str) -> Mapping[str, str]:
    return {
        each.name: each.dotted_name(package)
        for statement in tree.body
        for each in bound_names(statement)
    }
