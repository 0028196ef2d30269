"""What import statements bind to which names, read from their text: nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

ImportStatement: TypeAlias = ast.Import | ast.ImportFrom


class BoundName(NamedTuple):
    """A name that an import statement binds, and what it stands for.

    Attributes:
        name: the name; ``*`` for all names that a module has.
        module: the module as it is written; "" for the package itself (``from . import a``).
        level: how many packages up that is; 0 if the name of the module is absolute.
        taken: what is taken from the module; "" if the name stands for the module itself.
    """

    name: str
    module: str
    level: int = 0
    taken: str = ""

    def home(self, package: str) -> str:
        """Absolute name of the module, for a text in a package."""
        return absolute_name(self.module, self.level, package)

    def dotted_name(self, package: str) -> str:
        """Absolute name of what the name stands for, for a text in a package."""
        home = self.home(package)
        return f"{home}.{self.taken}" if self.taken else home


def bound_names(node: ast.AST) -> Iterator[BoundName]:
    """The names that an import statement binds, in order; none of any other node.

    >>> def show(text: str) -> None:
    ...     for each in bound_names(ast.parse(text).body[0]):
    ...         print(each.name, "is", each.dotted_name("pack.age"))
    >>> show("import numpy.linalg, numpy.random as r")
    numpy is numpy
    r is numpy.random
    >>> show("from ..data import rows as r, columns")
    r is pack.data.rows
    columns is pack.data.columns
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield BoundName(alias.asname or top, alias.name if alias.asname else top)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            name = alias.asname or alias.name
            yield BoundName(name, node.module or "", node.level, alias.name)


def absolute_name(module: str, level: int, package: str) -> str:
    """Name of the module that an import statement means."""
    if not level:
        return module
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{module}" if module and base else module or base


def one_by_one(statement: ImportStatement) -> Iterator[ImportStatement]:
    """Import statements that do the same, each for one of the names.

    >>> [ast.unparse(each) for each in one_by_one(ast.parse("from . import a, b").body[0])]
    ['from . import a', 'from . import b']
    """
    for alias in statement.names:
        alone = (
            ast.Import([alias])
            if isinstance(statement, ast.Import)
            else ast.ImportFrom(statement.module, [alias], statement.level)
        )
        yield ast.copy_location(alone, statement)
