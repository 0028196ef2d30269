"""Descriptors: a type written out in full, the same in every process.

A descriptor is the type as one would write it, followed by one line for each class that it
mentions, in the order of their first mention: ``list[Node]``, and on the next line
``dataclass Node(value: int, next: None | Node = ...)``. So a name is all that recursive types
need, and nothing depends on modules, object ids, hash seeds or the version of Python.
"""

from __future__ import annotations

from typing import Protocol


class Definition(Protocol):
    """A node that is mentioned by name and defined once."""

    label: str

    def define(self, scope: Scope, name: str) -> str:
        """Write the definition under the name."""
        ...


class Scope:
    """The names given to classes while one descriptor is written."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._taken: dict[str, int] = {}
        self._pending: list[tuple[Definition, str]] = []

    def mention(self, node: Definition) -> str:
        """Return the name of a class; the first mention asks for its definition."""
        name = self._names.get(id(node))
        if name is None:
            name = self._names[id(node)] = self._free_name(node.label)
            self._pending.append((node, name))
        return name

    def _free_name(self, label: str) -> str:
        count = self._taken[label] = self._taken.get(label, 0) + 1
        return label if count == 1 else f"{label}#{count}"

    def definitions(self) -> list[str]:
        """Write the definitions asked for, and those that they ask for."""
        lines: list[str] = []
        while self._pending:
            node, name = self._pending.pop(0)
            lines.append(node.define(self, name))
        return lines
