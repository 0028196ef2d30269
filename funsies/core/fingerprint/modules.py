"""Modules of the project that are used whole, or imported inside a function.

These count by the text of their files, and of the files of the project that they import.
Nothing is imported to find out, and what happens to be imported already does not matter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from funsies.core.digest import Field, digest
from funsies.core.fingerprint.closure import (
    ModuleFile,
    absolute_name,
    closure,
    imported_names,
    may_be_project,
)
from funsies.core.fingerprint.libraries import Library, libraries_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.records import CodeKey
from funsies.core.fingerprint.snapshot import modified_nanoseconds
from funsies.core.fingerprint.table import Entry, installed, module_key
from funsies.core.fingerprint.texts import is_at_home
from funsies.core.fingerprint.walk import Elsewhere, Walk


def module_field(walk: Walk, module: ModuleType, name: str) -> Field:
    """A module as a value: a library by its name, one of the project by its text."""
    if not is_project(module):
        return walk.library(module.__name__)
    is_here = sys.modules.get(module.__name__) is module
    found = _text_field(walk, module.__name__, name, is_here=is_here)
    if not walk.table[module_key(module.__name__)].digest:
        reason = "this module is used as a value, and has no source that can be read"
        walk.refuse(name, reason)
    return found


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
    is_here = is_at_home(namespace)
    return tuple(_text_field(walk, each, each, is_here=is_here) for each in wanted)


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


def _text_field(walk: Walk, module_name: str, name: str, *, is_here: bool) -> Field:
    key = module_key(module_name)
    brought = None if is_here else installed(key)
    entry = brought or walk.table.get(key) or _read_entry(walk, key)
    walk.table[key] = entry
    walk.modules.update(library for library, _ in entry.library_names)
    found = Elsewhere(("module", module_name, entry.digest))
    if entry.digest:
        walk.note(name, "module", tuple(found))
    else:
        walk.modules.add(module_name)
    return found


def _read_entry(walk: Walk, key: CodeKey) -> Entry:
    files = dict(closure(key[1])) if may_be_project(key[1]) else {}
    walk.snapshot.files += [
        (each.path, modified_nanoseconds(each.path)) for each in files.values()
    ]
    if not files:
        return Entry()
    return Entry(
        digest("modules", [(name, each.digest) for name, each in sorted(files.items())]),
        tuple((each.module, each.name) for each in _libraries_of_files(files)),
    )


def _libraries_of_files(files: Mapping[str, ModuleFile]) -> tuple[Library, ...]:
    """Libraries that files of the project import, anywhere in their text."""
    imports = (names for file in files.values() for names in imported_names(file))
    return libraries_of(name for names in imports for name in names)
