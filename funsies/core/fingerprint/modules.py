"""Modules of the project that are used whole, or imported inside a function.

These count by the text of their files, and of the files of the project that they import.
Nothing is imported to find out; of what happens to be imported already, only what the program
has changed since matters (:mod:`~funsies.core.fingerprint.module_state`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from funsies.core.digest import Field, digest
from funsies.core.fingerprint.caching import modified_nanoseconds
from funsies.core.fingerprint.libraries import Library, libraries_of
from funsies.core.fingerprint.module_files import (
    ModuleFile,
    closure,
    imported_names,
    may_be_project,
    remember,
)
from funsies.core.fingerprint.module_state import changes_in_module
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source import Place
from funsies.core.fingerprint.walk import Elsewhere, Walk
from funsies.core.import_statements import absolute_name


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
    remember(module_name, files)
    walk.snapshot.files += [
        (each.path, modified_nanoseconds(each.path)) for each in files.values()
    ]
    if not files:
        return b""
    for found, file in sorted(files.items()):
        shown = name if found == module_name else found
        walk.note_file(shown, file.digest, Place(file.path, 1, "".join(file.lines)))
        if file.tree is not None:
            walk.environment.take(file.tree)
    walk.modules.update(each.module for each in _libraries_of_files(files))
    return digest("modules", [(name, each.digest) for name, each in sorted(files.items())])


def _libraries_of_files(files: Mapping[str, ModuleFile]) -> tuple[Library, ...]:
    """Libraries that files of the project import, anywhere in their text."""
    imports = (names for file in files.values() for names in imported_names(file))
    return libraries_of(name for names in imports for name in names)
