"""Steps, a page at a time: what one page costs does not depend on how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import urlencode

from funsies.client.volatile import is_volatile
from funsies.core.cutting import printable
from funsies.history.outcomes import SKIPPED, statuses_of
from funsies.history.step_names import Naming
from funsies.report.listing import ListedStep, listed
from funsies.report.results import VOLATILE
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow, Status

PAGE: Final = 50
"""So many steps are enough for a page."""

WALK: Final = 100
"""So many definitions are read at a time."""

UNSUCCESSFUL: Final = "failed or skipped"
"""Steps in whose place an error stands: those that are counted as failed."""

MOST_LOOKED_AT: Final = 5_000
"""So many are looked at for one page; who wants to know more goes on from there."""

_NUMBER: Final = re.compile("([0-9]+)")
_ERRORS: Final = {SKIPPED, UNSUCCESSFUL}


@dataclass(frozen=True, slots=True)
class StepFilter:
    """Which steps are wanted.

    Attributes:
        state: their state; "" for all.
        task: name of their task; "" for all.
        text: in the label or the task's name, or at the begin of the hash; "" for all.
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

    def has(self, row: OperationRow, label: str) -> bool:
        """Judge by the definition and the label alone."""
        text = self.text.lower()
        return (
            text in label.lower()
            or text in printable(row.task_name).lower()
            or row.digest.hex().startswith(text)
        )


class FoundStep(NamedTuple):
    """A step and its label."""

    label: str
    step: ListedStep


@dataclass(frozen=True, slots=True)
class FoundSteps:
    """A page of steps.

    Attributes:
        steps: those that were found, by label.
        looked_at: how many were looked at for it.
        more: where to go on; None at the end.
    """

    steps: Sequence[FoundStep]
    looked_at: int
    more: StepFilter | None


def find_page(backend: Backend, wanted: StepFilter, naming: Naming) -> FoundSteps:
    """Find a page of steps."""
    tasks = _tasks_with(backend, wanted.state)
    if tasks is not None and not tasks:
        return FoundSteps((), 0, None)
    found: dict[str, FoundStep] = {}  # a walk may come by a definition twice
    looked_at, place = 0, wanted.place
    while True:
        rows, place = backend.graph.some_operations(place, WALK)
        looked_at += len(rows)
        rows = [row for row in rows if tasks is None or row.task_name in tasks]
        found |= {each.step.operation: each for each in _of(backend, rows, wanted, naming)}
        if not place or len(found) >= PAGE or looked_at >= MOST_LOOKED_AT:
            break
    more = replace(wanted, place=place) if place else None
    return FoundSteps(sorted(found.values(), key=_order), looked_at, more)


def _order(found: FoundStep) -> list[tuple[int, str]]:
    """By label, in which 2 comes before 10."""
    pieces = _NUMBER.split(found.label)  # every second one is a number
    pieces[1::2] = (each.lstrip("0") for each in pieces[1::2])
    return [(len(each) if place % 2 else 0, each) for place, each in enumerate(pieces)]


def _tasks_with(backend: Backend, state: str) -> set[str] | None:
    """Names of tasks of which a step may be in a state, by their counters; None for all."""
    if state in {"", Status.IDLE.value}:
        return None
    counter = Status.FAILED.value if state in _ERRORS else state
    return {name for name, each in backend.graph.counts().items() if getattr(each, counter)}


def _of(
    backend: Backend, rows: Sequence[OperationRow], wanted: StepFilter, naming: Naming
) -> Iterator[FoundStep]:
    """Those that are wanted: first what costs little is looked at."""
    if wanted.task:
        rows = [row for row in rows if row.task_name == wanted.task]
    if wanted.state:
        rows = _in_state(backend, rows, wanted.state)
    labels = naming.labels([row.digest for row in rows])
    called = {row.digest: labels.of(row.digest, row.task_name) for row in rows}
    rows = [row for row in rows if wanted.has(row, called[row.digest])]
    for row, step in zip(rows, listed(backend, rows), strict=True):
        yield FoundStep(called[row.digest], step)


def _in_state(
    backend: Backend, rows: Sequence[OperationRow], wanted: str
) -> Sequence[OperationRow]:
    digests = [row.digest for row in rows]
    states = backend.graph.states(digests)
    statuses = statuses_of(backend, digests, states)
    return [
        row
        for row, state, status in zip(rows, states, statuses, strict=True)
        if wanted == status
        or (wanted == VOLATILE and is_volatile(state))
        or (wanted == UNSUCCESSFUL and state.status is Status.FAILED)
    ]
