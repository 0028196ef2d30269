"""Files of modules of the project, found by the texts that import them: nothing is imported."""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, TypeAlias

import msgspec

from funsies.core.digest import content_digest
from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.imports import find_spec
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.source import Source, parse_source
from funsies.core.fingerprint.source_lookup import sources_of
from funsies.core.import_statements import absolute_name, bound_names

_SOURCE_SUFFIXES = tuple(importlib.machinery.SOURCE_SUFFIXES)


class ModuleFile(msgspec.Struct, frozen=True):
    """A file of a module of the project.

    Attributes:
        path: where it is.
        package: name of the package to which its relative imports refer.
        is_package: True of an ``__init__.py``.
        digest: digest of its normalised text, or of its content if it is compiled.
        imports: (module, names taken from it, packages up) of its import statements.
        lines: the text; empty if it is compiled.
        tree: of the text; None if it is compiled.
    """

    path: str
    package: str
    is_package: bool
    digest: bytes
    imports: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    lines: Sequence[str] = ()
    tree: ast.Module | None = None


def closure(module_name: str) -> Iterator[tuple[str, ModuleFile]]:
    """The files of a module, of its packages, and of what they import of the project.

    Args:
        module_name: absolute name of the module.

    Yields:
        Name and file of each; nothing for libraries.
    """
    pending, seen = [module_name], set[str]()
    while pending:
        name = pending.pop()
        if name in seen or not name:
            continue
        seen.add(name)
        found = _file(name)
        if found is None:
            continue
        yield name, found
        pending.append(name.rpartition(".")[0])
        for module, *inside in imported_names(found):
            if may_be_project(module):
                pending += (module, *inside)


def imported_names(file: ModuleFile) -> Iterator[tuple[str, ...]]:
    """Absolute names of what a file imports: a module, and what is taken from it."""
    for module, names, level in file.imports:
        absolute = absolute_name(module, level, file.package)
        yield absolute, *(f"{absolute}.{each}" for each in names)


def may_be_project(module_name: str) -> bool:
    """False of libraries that are loaded: they need no search."""
    module = sys.modules.get(module_name)
    return bool(module_name) and (module is None or is_project(module))


def _file(module_name: str) -> ModuleFile | None:
    """The file of a module of the project; None for libraries and what is not there."""
    spec = find_spec(module_name)
    if spec is None or not spec.origin or not is_project_file(spec.origin):
        return None
    is_package = spec.submodule_search_locations is not None
    package = spec.name if is_package else spec.parent or ""
    sources = sources_of(spec.origin, {"__name__": spec.name, "__loader__": spec.loader})
    source = sources[0] if sources else _blank(spec)
    if spec.origin.endswith(_SOURCE_SUFFIXES) and source is not None:
        text, imports = source.module_text(), source.imports.modules
        return ModuleFile(
            spec.origin, package, is_package, text, imports, source.lines, source.tree
        )
    return ModuleFile(spec.origin, package, is_package, content_digest(_content(spec)))


def _blank(spec: ModuleSpec) -> Source | None:
    """A file without a line: some versions of Python say that it has one, others none."""
    return None if _content(spec).strip() else parse_source(["\n"], str(spec.origin))


def _content(spec: ModuleSpec) -> bytes:
    """What is in the file of a module; also inside an archive, or where a copy of it is."""
    loader: Any = spec.loader
    try:
        return bytes(loader.get_data(loader.get_filename(spec.name)))
    except (AttributeError, ImportError, OSError):
        return b""


# What modules that are not loaded yet read of those that are.
#
# A step imports the first when it runs, and the program may have changed the others before.

Chain: TypeAlias = tuple[str, ...]


def read_when_imported(module_name: str) -> Iterator[tuple[str, ModuleType, Chain]]:
    """What importing a module that is not loaded reads of loaded modules of the project.

    Args:
        module_name: absolute name of the module.

    Yields:
        Name of the module that reads, the module of which it reads, and the names, one inside
        the other; no names if it may be any.
    """
    if module_name not in _remembered:
        remember(module_name, dict(closure(module_name)))
    for name, tree, package in _remembered[module_name]:
        if name in sys.modules:
            continue
        for home, chain in _reads(tree, package):
            module = sys.modules.get(home)
            if isinstance(module, ModuleType) and is_project(module):
                yield name, module, chain


_remembered: Final[dict[str, tuple[tuple[str, ast.Module, str], ...]]] = {}


def remember(module_name: str, files: Mapping[str, ModuleFile]) -> None:
    """Note which texts importing a module may run.

    To find them takes long, and whoever identifies a function has just done it.
    """
    _remembered[module_name] = tuple(
        (name, file.tree, file.package) for name, file in files.items() if file.tree is not None
    )


def _reads(tree: ast.Module, package: str) -> frozenset[tuple[str, Chain]]:
    known = _known_reads.get(tree)
    return (
        _known_reads.put(tree, frozenset(_read_in(tree, package))) if known is None else known
    )


_known_reads: Final[IdentityCache[ast.Module, frozenset[tuple[str, Chain]]]] = IdentityCache()


def _read_in(tree: ast.Module, package: str) -> Iterator[tuple[str, Chain]]:
    """What a text reads of what it imports, at its top level and in its functions."""
    used = set(_chains(tree))
    for each in {each for node in ast.walk(tree) for each in bound_names(node)}:
        home = each.home(package)
        if each.taken == "*":
            yield home, ()
            continue
        taken = (each.taken,) if each.taken else ()
        below = {chain[1:] for chain in used if chain[0] == each.name}
        for rest in below or ({()} if taken else ()):
            yield home, (*taken, *rest)


def _chains(tree: ast.Module) -> Iterator[Chain]:
    """Names, each with the attributes that are read of it."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        chain = _chain(node)
        if chain:
            yield chain
        else:
            pending += ast.iter_child_nodes(node)


def _chain(node: ast.AST) -> Chain:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()
