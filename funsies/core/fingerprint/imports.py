"""What a source file imports, and where modules come from, found without importing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from importlib.machinery import ModuleSpec
from types import MappingProxyType

import msgspec

from funsies.core.import_statements import bound_names


class Imports(msgspec.Struct, frozen=True):
    """Imports of a source file.

    Attributes:
        bindings: name -> dotted name of what it stands for, of all imports in the file
            that bind a name in one way only.
        top_level: names that the module binds by an import and by nothing else:
            name -> (module, attribute).
        modules: (module, names taken from it, packages up) of all imports in the file.
    """

    bindings: Mapping[str, str]
    top_level: Mapping[str, tuple[str, str]]
    modules: tuple[tuple[str, tuple[str, ...], int], ...]

    def dotted_name(self, expression: ast.expr) -> str:
        """The name of an expression such as ``f.task``, through the imports; "" if none."""
        chain: list[str] = []
        while isinstance(expression, ast.Attribute):
            chain.append(expression.attr)
            expression = expression.value
        if not isinstance(expression, ast.Name):
            return ""
        chain.append(self.bindings.get(expression.id, expression.id))
        return ".".join(reversed(chain))


def imports_of(tree: ast.Module, known: Mapping[str, str] = MappingProxyType({})) -> Imports:
    """Collect the imports of a file.

    Args:
        tree: the file.
        known: what names stand for that the file does not import itself.
    """
    bound: dict[str, set[str]] = {}
    modules: set[tuple[str, tuple[str, ...], int]] = set()
    for node in ast.walk(tree):
        for each in bound_names(node):
            if not each.level:
                bound.setdefault(each.name, set()).add(each.dotted_name(""))
        modules.update(_modules(node))
    bindings = {name: next(iter(each)) for name, each in bound.items() if len(each) == 1}
    bindings = {**known, **bindings}
    return Imports(bindings, _top_level(tree), tuple(sorted(modules)))


def _modules(node: ast.AST) -> Iterator[tuple[str, tuple[str, ...], int]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, (), 0
    elif isinstance(node, ast.ImportFrom):
        taken = tuple(sorted(alias.name for alias in node.names))
        yield node.module or "", taken, node.level


def _top_level(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Names that come from ``from module import name`` at module level and are bound once."""
    found: dict[str, tuple[str, str]] = {}
    often: set[str] = set()
    for name, origin in _module_bindings(tree):
        if name in found:
            often.add(name)
        found[name] = origin
    return {name: origin for name, origin in found.items() if origin[0] and name not in often}


def _module_bindings(tree: ast.Module) -> Iterator[tuple[str, tuple[str, str]]]:
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.ImportFrom):
            for each in bound_names(node):
                yield each.name, ("" if each.level else each.module, each.taken)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, ("", "")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, ("", "")
        elif not isinstance(node, ast.Lambda):
            pending += ast.iter_child_nodes(node)


def find_spec(module_name: str) -> ModuleSpec | None:
    """Find a module without importing the packages that hold it."""
    if module_name == "__main__":
        return getattr(sys.modules.get("__main__"), "__spec__", None)
    folders = None
    spec = None
    parts = module_name.split(".")
    for count in range(1, len(parts) + 1):
        spec = _ask_finders(".".join(parts[:count]), folders)
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or ())
        if not folders and count < len(parts):
            return None
    return spec


def _ask_finders(name: str, folders: list[str] | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, folders)
        except (ImportError, AttributeError, ValueError):
            continue
        if spec is not None:
            return spec
    return None
