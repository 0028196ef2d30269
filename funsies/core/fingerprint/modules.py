"""Modules of the project that are used whole, or imported inside a function.

These count by the text of their files, and of the files of the project that they import.
Nothing is imported to find out, and what happens to be imported already does not matter.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from funsies.core.digest import Field, content_digest, digest
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.records import CodeKey
from funsies.core.fingerprint.snapshot import modified_nanoseconds
from funsies.core.fingerprint.table import Entry, installed, module_key
from funsies.core.fingerprint.texts import sources_of
from funsies.core.fingerprint.walk import Elsewhere, Walk

_SOURCE_SUFFIXES = tuple(importlib.machinery.SOURCE_SUFFIXES)


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a module, and what it imports: (module, names taken, packages up)."""

    path: str
    digest: bytes
    package: str
    imports: tuple[tuple[str, tuple[str, ...], int], ...]


def module_field(walk: Walk, module: ModuleType, name: str) -> Field:
    """A module as a value: a library by its name, one of the project by its text."""
    if not is_project(module):
        return "library", module.__name__
    return _text_field(walk, module.__name__, name)


def imported_field(
    walk: Walk, module: str, names: tuple[str, ...], level: int, package: str
) -> Field:
    """An import statement inside a function."""
    absolute = _absolute(module, level, package)
    if not _may_be_project(absolute):
        return "library", absolute
    wanted = [absolute, *(f"{absolute}.{name}" for name in names)]
    return tuple(_text_field(walk, each, each) for each in wanted)


def _text_field(walk: Walk, module_name: str, name: str) -> Field:
    key = module_key(module_name)
    entry = installed(key) or walk.table.get(key) or _read_entry(walk, key)
    walk.table[key] = entry
    found = Elsewhere(("module", module_name, entry.digest))
    walk.note(name, "module", tuple(found))
    return found


def _read_entry(walk: Walk, key: CodeKey) -> Entry:
    files = dict(_closure(key[1]))
    walk.snapshot.files += [
        (each.path, modified_nanoseconds(each.path)) for each in files.values()
    ]
    if not files:
        return Entry()
    return Entry(
        digest("modules", [(name, each.digest) for name, each in sorted(files.items())])
    )


def _closure(module_name: str) -> Iterator[tuple[str, _File]]:
    """The files of a module, of its packages, and of what they import of the project."""
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
        for module, names, level in found.imports:
            absolute = _absolute(module, level, found.package)
            if _may_be_project(absolute):
                pending += (absolute, *(f"{absolute}.{each}" for each in names))


def _absolute(module: str, level: int, package: str) -> str:
    if not level:
        return module
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{module}" if module and base else module or base


def _may_be_project(module_name: str) -> bool:
    top = module_name.partition(".")[0]
    return bool(top) and top not in sys.stdlib_module_names


def _file(module_name: str) -> _File | None:
    """The file of a module of the project; None for libraries and what is not there."""
    spec = _find_spec(module_name)
    if spec is None or not spec.origin or not is_project_file(spec.origin):
        return None
    package = spec.name if spec.submodule_search_locations is not None else spec.parent or ""
    if not spec.origin.endswith(_SOURCE_SUFFIXES):
        return _File(spec.origin, content_digest(Path(spec.origin).read_bytes()), package, ())
    sources = sources_of(spec.origin, {"__name__": spec.name, "__loader__": spec.loader})
    if not sources:
        return _File(spec.origin, b"", package, ())
    return _File(spec.origin, sources[0].module_text(), package, sources[0].imports.modules)


def _find_spec(module_name: str) -> importlib.machinery.ModuleSpec | None:
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


def _ask_finders(name: str, folders: list[str] | None) -> importlib.machinery.ModuleSpec | None:
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, folders)
        except (ImportError, AttributeError, ValueError):
            continue
        if spec is not None:
            return spec
    return None
