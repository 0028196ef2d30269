"""Finding what is damaged in the graph and its state, and mending it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from funsies.store.rows import Damage, LargeFaults, SetAside, Tell


class Repair(Protocol):
    """Damage to the graph, its state and small values. Workers and clients go on meanwhile."""

    def damages(self, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
        """Look through everything for what is damaged, in flat memory; nothing is changed.

        What is mended as soon as it is given is not found again by the rest of the walk.

        Args:
            large_faults: says which large values are damaged or gone.
            tell: is told how far it is.
        """

    def mend(self, damage: Damage) -> bool:
        """Set aside or forget what is damaged, if it is still what was seen: compare and set.

        Results are idle then, so that they are computed again; what only a program has, it
        writes again when it executes.

        Returns:
            Whether something was done.
        """

    def set_aside(self) -> list[SetAside]:
        """What was damaged, and was set aside: at most some thousand, oldest not first."""

    def tidy(self, *, everything: bool = False) -> int:
        """Forget what was set aside and is there again, or all; return how much that was."""
