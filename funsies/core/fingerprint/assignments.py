"""Where names get their values: in the file of a function, or in that from which it takes them.

This is for people, and part of no identity: what cannot be found out easily is not said.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

from funsies.core.fingerprint.closure import absolute_name
from funsies.core.fingerprint.entries import NOWHERE, Entry, Place
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.texts import lines_of, sources_of

MOST_LINES: Final = 20_000
"""Longer files, of tables say, are not parsed for the place of a name."""

_MOST_HANDED_ON: Final = 8


def place_of_name(entry: Entry, namespace: Mapping[str, Any], name: str) -> Place:
    """Where the value of a name that a function uses is written.

    Args:
        entry: what the file of the function says.
        namespace: the globals of the function.
        name: as it is used, ``LIMIT`` or ``settings.LIMIT``.
    """
    if name in entry.assigned:
        return Place(entry.place.file, entry.assigned[name])
    if name in entry.taken:
        return _taken(entry.taken[name], namespace)
    *modules, last = name.split(".")
    if not modules:
        return NOWHERE
    found = namespace.get(modules[0])
    for each in modules[1:]:
        found = vars(found).get(each) if isinstance(found, ModuleType) else None
    return _in_module(found, last)


def _taken(
    origin: tuple[str, str, int], namespace: Mapping[str, Any], most: int = _MOST_HANDED_ON
) -> Place:
    module, name, level = origin
    package = str(namespace.get("__package__") or "")
    return _in_module(sys.modules.get(absolute_name(module, level, package)), name, most)


def _in_module(module: object, name: str, most: int = _MOST_HANDED_ON) -> Place:
    """Where a module of the project gives a name its value, or that from which it takes it."""
    if not isinstance(module, ModuleType) or not most or not is_project(module):
        return NOWHERE
    file = module.__file__ or ""
    if not file or len(lines_of(file, vars(module))) > MOST_LINES:
        return NOWHERE
    for source in sources_of(file, vars(module)):
        if name in source.assigned:
            return Place(file, source.assigned[name])
        if name in source.taken:
            return _taken(source.taken[name], vars(module), most - 1)
    return NOWHERE
