"""What is remembered of code, and until when: by identity, and until something has changed."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CellType, CodeType, FunctionType
from typing import Any, Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class IdentityCache(Generic[K, V]):
    """Maps objects to values for as long as the objects live.

    Two equal code objects of different files must not share an entry, hence no dictionary
    by equality.
    """

    def __init__(self) -> None:
        self._entries: dict[int, tuple[weakref.ref[K], V]] = {}

    def get(self, key: K) -> V | None:
        """Value of this very object, or None."""
        entry = self._entries.get(id(key))
        return entry[1] if entry is not None and entry[0]() is key else None

    def put(self, key: K, value: V) -> V:
        """Remember the value until the object dies, and return it."""
        number = id(key)
        entries = self._entries

        def forget(dead: weakref.ref[K]) -> None:
            entry = entries.get(number)
            if entry is not None and entry[0] is dead:
                del entries[number]

        entries[number] = (weakref.ref(key, forget), value)
        return value


MISSING: Final = object()
"""Stands for what a name had no value."""


@dataclass(slots=True)
class Snapshot:
    """Identities of everything that a fingerprint depends on.

    Attributes:
        lookups: (namespace, name or other key, what was found there).
        functions: (function, its code, its defaults, its keyword defaults).
        cells: (closure cell, its content).
        values: (function that hashes a value that can change, the digest it gave).
        files: (path, modification time in nanoseconds) of modules read as text.
    """

    lookups: list[tuple[Mapping[Any, Any], object, object]] = field(default_factory=list)
    functions: list[
        tuple[FunctionType, CodeType, tuple[Any, ...] | None, dict[str, Any] | None]
    ] = field(default_factory=list)
    cells: list[tuple[CellType, object]] = field(default_factory=list)
    values: list[tuple[Callable[[], bytes], bytes]] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)

    def is_current(self) -> bool:
        """True if nothing that was looked at has changed."""
        for namespace, name, found in self.lookups:
            if namespace.get(name, MISSING) is not found:
                return False
        for function, code, defaults, keyword_defaults in self.functions:
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not keyword_defaults
            ):
                return False
        return not (self.cells or self.files or self.values) or self._are_values_current()

    def _are_values_current(self) -> bool:
        return (
            all(cell_content(cell) is content for cell, content in self.cells)
            and all(modified_nanoseconds(path) == then for path, then in self.files)
            and all(rehash() == before for rehash, before in self.values)
        )


def cell_content(cell: CellType) -> object:
    """Content of a closure cell; :data:`MISSING` if it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def held_by(function: FunctionType) -> dict[str, object]:
    """What a function has captured, by name; without what is not there yet."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {name: cell_content(cell) for name, cell in cells}
    return {name: content for name, content in found.items() if content is not MISSING}


def modified_nanoseconds(path: str) -> int:
    """Modification time of a file; -1 if there is none."""
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return -1
