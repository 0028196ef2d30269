"""Modules of the project that are used whole, or imported inside a function.

These count by the text of their files, and of the files of the project that they import.
Nothing is imported to find out; of what happens to be imported already, only what the program
has changed since matters (:mod:`~funsies.core.fingerprint.module_state`).
"""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import msgspec

from funsies.core.digest import Field, content_digest, digest
from funsies.core.fingerprint.caching import modified_nanoseconds
from funsies.core.fingerprint.imports import absolute_name, find_spec
from funsies.core.fingerprint.libraries import Library, libraries_of
from funsies.core.fingerprint.module_state import changes_in_module
from funsies.core.fingerprint.project import is_project, is_project_file
from funsies.core.fingerprint.source import Place, Source, parse_source
from funsies.core.fingerprint.source_lookup import sources_of
from funsies.core.fingerprint.walk import Elsewhere, Walk


def module_field(walk: Walk, module: ModuleType, name: str) -> Field:
    """A module as a value: a library by its name, one of the project by its text."""
    if not is_project(module):
        return walk.library(module.__name__)
    if not _text_of(walk, module.__name__, name):
        reason = "this module is used as a value, and has no source that can be read"
        walk.refuse(name, reason)
    text = _text_field(walk, module.__name__, name)
    changed = tuple(changes_in_module(walk, module))
    return (text, *changed) if changed else text


def imported_field(
    walk: Walk,
    module: str,
    names: tuple[str, ...],
    level: int,
    namespace: dict[str, Any],
) -> Field:
    """An import statement inside a function with these globals."""
    absolute = absolute_name(module, level, str(namespace.get("__package__") or ""))
    wanted = [absolute, *(f"{absolute}.{name}" for name in names)]
    return tuple(_text_field(walk, each, each) for each in wanted)


def note_namespace(walk: Walk, module: ModuleType, names: Iterable[str]) -> None:
    """Note the library that is named inside a namespace, which holds no code of its own.

    Args:
        walk: the walk that found the module.
        module: any module.
        names: attributes that are read from it, one from the other.
    """
    for name in names:
        found = vars(module).get(name)
        if getattr(module, "__file__", None) or not isinstance(found, ModuleType):
            return
        module = found
        walk.library(module.__name__)


def _text_field(walk: Walk, module_name: str, name: str) -> Field:
    text = _text_of(walk, module_name, name)
    found = Elsewhere(("module", module_name, text))
    if not text:
        walk.modules.add(module_name)
    return found


def _text_of(walk: Walk, module_name: str, name: str) -> bytes:
    """Digest of the files of a module and of what it imports; empty if it has none."""
    if module_name not in walk.texts:
        walk.texts[module_name] = _read_text(walk, module_name, name)
    return walk.texts[module_name]


def _read_text(walk: Walk, module_name: str, name: str) -> bytes:
    files = dict(closure(module_name)) if may_be_project(module_name) else {}
    walk.snapshot.files += [
        (each.path, modified_nanoseconds(each.path)) for each in files.values()
    ]
    if not files:
        return b""
    for found, file in sorted(files.items()):
        shown = name if found == module_name else found
        walk.note_file(shown, file.digest, Place(file.path, 1, "".join(file.lines)))
    walk.modules.update(each.module for each in _libraries_of_files(files))
    return digest("modules", [(name, each.digest) for name, each in sorted(files.items())])


def _libraries_of_files(files: Mapping[str, ModuleFile]) -> tuple[Library, ...]:
    """Libraries that files of the project import, anywhere in their text."""
    imports = (names for file in files.values() for names in imported_names(file))
    return libraries_of(name for names in imports for name in names)


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
