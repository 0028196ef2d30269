"""A cache by identity, for objects whose equality says too little or costs too much."""

from __future__ import annotations

import weakref
from typing import Generic, TypeVar

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
