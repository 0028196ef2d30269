"""Files of the project that an import reaches, found without importing anything."""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from typing import Any

from funsies.core.digest import content_digest
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.source import Source, parse_source
from funsies.core.fingerprint.specs import find_spec
from funsies.core.fingerprint.texts import sources_of

_SOURCE_SUFFIXES = tuple(importlib.machinery.SOURCE_SUFFIXES)


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A file of a module of the project.

    Attributes:
        path: where it is.
        package: name of the package to which its relative imports refer.
        is_package: True of an ``__init__.py``.
        digest: digest of its normalised text, or of its content if it is compiled.
        imports: (module, names taken from it, packages up) of its import statements.
        lines: the text; empty if it is compiled.
    """

    path: str
    package: str
    is_package: bool
    digest: bytes
    imports: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    lines: Sequence[str] = ()


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


def absolute_name(module: str, level: int, package: str) -> str:
    """Name of the module that an import statement means."""
    if not level:
        return module
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{module}" if module and base else module or base


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
        return ModuleFile(spec.origin, package, is_package, text, imports, source.lines)
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
