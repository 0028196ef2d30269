"""What a program has changed in a module that a function imports while it runs.

Such a module counts by its text, whether it is loaded or not. What the text says and what a
loaded module holds may differ: a setting that the program has set, a helper that a test has
replaced. Where the text is plain (a literal, a function, a class), the difference is seen.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, Final

from funsies.core.digest import Field
from funsies.core.fingerprint.closure import absolute_name
from funsies.core.fingerprint.names import PLACES, names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source import Source
from funsies.core.fingerprint.texts import sources_of
from funsies.core.fingerprint.walk import Walk

_ABSENT: Final = object()


def changes_of_imported(walk: Walk, function: FunctionType) -> Iterator[Field]:
    """What a function reads of modules that it imports, where they hold what no text says."""
    package = str(function.__globals__.get("__package__") or "")
    for name, level, chain in names_of(function.__code__).used_imports:
        absolute = absolute_name(name, level, package)
        module = sys.modules.get(absolute)
        if not isinstance(module, ModuleType) or not is_project(module) or chain[0] in PLACES:
            continue
        value = vars(module).get(chain[0], _ABSENT)
        walk.snapshot.lookups.append((vars(module), chain[0], value))
        shown = f"{absolute}.{chain[0]}"
        if not walk.is_ignored(chain[0], shown) and _is_changed(module, chain[0], value):
            yield shown, walk.field(value, shown)


def _is_changed(module: ModuleType, name: str, value: Any) -> bool:
    file_name = getattr(module, "__file__", None)
    sources = sources_of(file_name, vars(module)) if isinstance(file_name, str) else []
    if not sources or value is _ABSENT or isinstance(value, ModuleType):
        return False
    bindings = [each for each in sources[0].tree.body if name in _bound(each)]
    if not bindings:
        return not _is_bound_deeper(sources[0], name)
    return len(bindings) == 1 and _differs(module, sources[0], bindings[0], value)


def _differs(module: ModuleType, source: Source, binding: ast.stmt, value: Any) -> bool:
    match binding:
        case ast.FunctionDef(decorator_list=[]) | ast.AsyncFunctionDef(decorator_list=[]):
            is_function = isinstance(value, FunctionType)
            return not is_function or source.function_text(value.__code__) is None
        case ast.ClassDef(decorator_list=[]):
            return (value.__module__, value.__qualname__) != (module.__name__, binding.name)
        case ast.Assign(value=literal) | ast.AnnAssign(value=ast.expr() as literal):
            said = _literal(literal)
            return said is not _ABSENT and not _are_alike(said, value)
    return False


def _are_alike(said: Any, value: Any) -> bool:
    if type(said) is not type(value):
        return False
    return bool(said == value) if isinstance(said, set) else repr(said) == repr(value)


def _literal(expression: ast.expr) -> Any:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _ABSENT


def _bound(statement: ast.stmt) -> set[str]:
    """Names that a statement at the top level of a module binds, whatever to."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _is_bound_deeper(source: Source, name: str) -> bool:
    """True if some function of the module may have bound a name, or an import of all names."""
    return any(
        (isinstance(node, ast.Global) and name in node.names)
        or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")
        for node in ast.walk(source.tree)
    )
