"""Small records under names, which are kept beside the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class NamedRecords(Protocol):
    """Small records under names, by kind: what a server knows of itself, of runs, of labels.

    What is in them is the matter of who writes them. Each method is one atomic act.
    """

    def get(self, kind: str, name: str) -> bytes | None:
        """The record of that name; None if there is none."""

    def get_many(self, kind: str, names: Sequence[str]) -> list[bytes | None]:
        """The records of these names, in the order asked; None where there is none."""

    def get_all(self, kind: str) -> dict[str, bytes]:
        """All records of a kind, by name."""

    def names(self, kind: str) -> list[str]:
        """Names of all records of a kind, in no order."""

    def save(self, kind: str, records: Mapping[str, bytes]) -> None:
        """Keep records under their names; what had those names is replaced."""

    def setdefault(self, kind: str, name: str, data: bytes) -> bytes:
        """Keep a record under a name that has none; return what has that name now."""

    def delete(self, kind: str, names: Sequence[str] | None = None) -> None:
        """Forget records of a kind: those of the names, or all."""
