"""Steps, a page at a time: what one page costs does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from funsies.core.cutting import printable
from funsies.report.colours import VOLATILE
from funsies.report.listing import ListedStep, listed
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

PAGE: Final = 50
"""So many steps are enough for a page."""

WALK: Final = 200
"""So many definitions are read at a time."""

MOST_LOOKED_AT: Final = 10_000
"""So many are looked at for one page; who wants to know more goes on from there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which steps are wanted.

    Attributes:
        state: their state; "" for all.
        task: name of their task; "" for all.
        text: in the task's name, or at the begin of the hash; "" for all.
        place: where the walk through all definitions goes on.
    """

    state: str = ""
    task: str = ""
    text: str = ""
    place: int = 0

    @property
    def query(self) -> str:
        """As the query of an address."""
        given = {"state": self.state, "task": self.task, "text": self.text}
        said = {name: value for name, value in given.items() if value}
        return urlencode(said | ({"place": str(self.place)} if self.place else {}))

    def has(self, row: OperationRow) -> bool:
        """Judge by the definition alone."""
        if self.task and row.task_name != self.task:
            return False
        return (
            not self.text
            or self.text.lower() in printable(row.task_name).lower()
            or row.digest.hex().startswith(self.text.lower())
        )

    def has_state(self, step: ListedStep) -> bool:
        """Judge by what became of it."""
        return self.state in {"", step.status} or (self.state == VOLATILE and step.volatile)


@dataclass(frozen=True, slots=True)
class FoundSteps:
    """A page of steps.

    Attributes:
        steps: those that were found.
        looked_at: how many were looked at for it.
        more: where to go on; None at the end.
    """

    steps: Sequence[ListedStep]
    looked_at: int
    more: Wanted | None


def find_page(backend: Backend, wanted: Wanted) -> FoundSteps:
    """Find a page of steps."""
    found: dict[str, ListedStep] = {}  # a walk may come by a definition twice
    looked_at, place = 0, wanted.place
    while True:
        rows, place = backend.graph.some_operations(place, WALK)
        looked_at += len(rows)
        steps = listed(backend, [row for row in rows if wanted.has(row)])
        found |= {step.operation: step for step in steps if wanted.has_state(step)}
        if not place or len(found) >= PAGE or looked_at >= MOST_LOOKED_AT:
            break
    more = replace(wanted, place=place) if place else None
    return FoundSteps(list(found.values()), looked_at, more)
