"""What the steps of each task used: sums, and how it is distributed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.report.account import StepAccount
from funsies.store.execution_record import ExecutionRecord

PLOT_WIDTH: Final = 80
MOST_TASKS: Final = 200


@dataclass(frozen=True, slots=True)
class Spread:
    """How some numbers are distributed.

    Attributes:
        total: of all.
        low: the smallest.
        lower: a quarter of them are at most this.
        median: the one in the middle.
        upper: three quarters are at most this.
        high: the largest.
    """

    total: float
    low: float
    lower: float
    median: float
    upper: float
    high: float


@dataclass(frozen=True, slots=True)
class TaskUse:
    """The steps of one task.

    Attributes:
        task: its name.
        outcomes: how many steps came to what.
        ran: how many were run.
        seconds: wall time of those; None if none was run.
        cpu_seconds: CPU time; None if it is not known of any.
        memory_bytes: peak of memory; None if it is not known of any.
        bytes_out: size of what they made together.
    """

    task: str
    outcomes: Mapping[str, int]
    ran: int
    seconds: Spread | None
    cpu_seconds: Spread | None
    memory_bytes: Spread | None
    bytes_out: int

    @property
    def steps(self) -> int:
        """Number of steps."""
        return sum(self.outcomes.values())


def uses_of(steps: Iterable[StepAccount]) -> list[TaskUse]:
    """Sum up what steps used, by task; the tasks that took longest come first."""
    by_task: defaultdict[str, list[StepAccount]] = defaultdict(list)
    for step in steps:
        by_task[step.task].append(step)
    uses = [_use(task, those) for task, those in by_task.items()]
    return sorted(uses, key=_order)


def _order(use: TaskUse) -> tuple[float, str]:
    return -use.seconds.total if use.seconds else 0.0, use.task


def _use(task: str, steps: Sequence[StepAccount]) -> TaskUse:
    records: list[ExecutionRecord] = [each.ran for each in steps if each.ran is not None]
    return TaskUse(
        task,
        Counter(each.outcome for each in steps),
        len(records),
        spread_of(each.seconds for each in records),
        spread_of(each.cpu_seconds for each in records),
        spread_of(each.peak_memory_bytes for each in records),
        sum(each.bytes_out or 0 for each in records),
    )


def spread_of(numbers: Iterable[float | None]) -> Spread | None:
    """Say how those of the numbers that are known are distributed; None if none is.

    >>> spread_of([3.0, None, 1.0, 2.0])
    Spread(total=6.0, low=1.0, lower=1.5, median=2.0, upper=2.5, high=3.0)
    """
    known = sorted(each for each in numbers if each is not None)
    if not known:
        return None
    quarters = (_at(known, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0))
    return Spread(math.fsum(known), *quarters)


def _at(numbers: Sequence[float], share: float) -> float:
    """A quantile, between two of the numbers if need be."""
    place = share * (len(numbers) - 1)
    below = math.floor(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis that all boxes of a column share.

    Attributes:
        least: its left end, not zero.
        most: its right end.
    """

    least: float
    most: float

    def at(self, number: float) -> float:
        """Place of a number."""
        if self.most <= self.least:
            return PLOT_WIDTH / 2
        share = math.log(max(number, self.least) / self.least) / math.log(
            self.most / self.least
        )
        return round(share * PLOT_WIDTH, 1)


def axis_of(spreads: Iterable[Spread | None], least: float) -> Axis:
    """An axis for some boxes.

    Args:
        spreads: what is to be drawn.
        least: what is smaller is drawn there.
    """
    known = [each for each in spreads if each is not None]
    low = min((each.low for each in known), default=least)
    high = max((each.high for each in known), default=least)
    return Axis(max(low, least), max(high, least))
