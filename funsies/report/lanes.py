"""Who ran what, when: steps on the lanes of the workers that ran them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from funsies.store.execution_record import ExecutionRecord

from .account import StepAccount

CLOCK_SECONDS: Final = 0.002
"""Two steps of one worker that overlap by less than this do so by rounding."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A step, from its beginning to its end, seconds since 1970."""

    step: StepAccount
    ran: ExecutionRecord
    start: float
    end: float


@dataclass(slots=True)
class Lane:
    """What one worker has run, one step after the other.

    Attributes:
        host: name of its machine.
        worker: its name.
        number: 1; more for what overlaps, as it may in a program that runs steps itself.
        slices: in order; none overlaps another.
    """

    host: str
    worker: str
    number: int = 1
    slices: list[Slice] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the worker, with a number if it has several lanes."""
        return self.worker if self.number == 1 else f"{self.worker} ({self.number})"

    @property
    def busy_seconds(self) -> float:
        """How long it ran steps."""
        return sum(each.end - each.start for each in self.slices)

    @property
    def is_free_at(self) -> float:
        """End of the last step."""
        return self.slices[-1].end if self.slices else 0.0


def lanes_of(ran: Iterable[StepAccount]) -> list[Lane]:
    """Put steps on lanes, sorted by host and worker.

    Args:
        ran: the steps that were run, in the order in which they began.
    """
    lanes: dict[tuple[str, str], list[Lane]] = {}
    for step, record in _records(ran):
        of_worker = lanes.setdefault((record.host, record.worker), [])
        lane = _free(of_worker, record)
        start = max(record.started, lane.is_free_at)
        lane.slices.append(Slice(step, record, start, max(start, record.ended)))
    return [lane for _, of_worker in sorted(lanes.items()) for lane in of_worker]


def _records(ran: Iterable[StepAccount]) -> Iterator[tuple[StepAccount, ExecutionRecord]]:
    return ((each, each.ran) for each in ran if each.ran is not None)


def _free(lanes: list[Lane], record: ExecutionRecord) -> Lane:
    for lane in lanes:
        if lane.is_free_at <= record.started + CLOCK_SECONDS:
            return lane
    lanes.append(Lane(record.host, record.worker, len(lanes) + 1))
    return lanes[-1]
