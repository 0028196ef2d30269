"""The tables of a report: the steps of a run, and what those of each task used."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import short_hash
from funsies.history.outcomes import FAILED
from funsies.report.account import Lane, RunAccount, StepAccount
from funsies.report.numbers import shown_bytes, shown_seconds
from funsies.store.execution_record import ExecutionRecord

MOST_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class TableCell:
    """A number: for people, and to sort by; both empty if it is not known."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step.

    Attributes:
        label: by which it is told from its siblings.
        hash: beginning of its address.
        task: name of its task.
        outcome: what became of it.
        numbers: when it began, wall and CPU time, memory, bytes in and out, attempts.
        worker: short name of the lane that ran it.
    """

    label: str
    hash: str
    task: str
    outcome: str
    numbers: tuple[TableCell, ...]
    worker: str


def rows_of(account: RunAccount, workers: Mapping[str, str]) -> list[StepRow]:
    """The rows: those that failed, then those that ran, in order, then the rest.

    Args:
        account: of the run.
        workers: short names of those who ran steps, by the hash of the step.
    """
    ordered = sorted(account.steps, key=_order)[:MOST_ROWS]
    return [_row(each, account.began, workers.get(each.hash, "")) for each in ordered]


def workers_of(lanes: Sequence[Lane], names: Mapping[int, str]) -> dict[str, str]:
    """Short names of those who ran steps, by the hash of the step."""
    return {
        each.step.hash: names[place] for place, lane in enumerate(lanes) for each in lane.slices
    }


def _order(step: StepAccount) -> tuple[bool, bool, float]:
    started = 0.0 if step.ran is None else step.ran.started
    return step.outcome != FAILED, step.ran is None, started


def _row(step: StepAccount, began: float, worker: str) -> StepRow:
    return StepRow(
        step.label,
        short_hash(step.hash),
        step.task,
        step.outcome,
        tuple(_numbers(step, began)),
        worker,
    )


def _numbers(step: StepAccount, began: float) -> list[TableCell]:
    ran = step.ran
    if ran is None:
        return [TableCell("", "")] * 7
    return [
        _seconds(max(0.0, ran.started - began)),
        _seconds(ran.seconds),
        _seconds(ran.cpu_seconds),
        _bytes(ran.peak_memory_bytes),
        _bytes(ran.bytes_in),
        _bytes(ran.bytes_out),
        TableCell(str(ran.attempt), str(ran.attempt)),
    ]


def _seconds(seconds: float | None) -> TableCell:
    return (
        TableCell("", "")
        if seconds is None
        else TableCell(shown_seconds(seconds), f"{seconds:.6g}")
    )


def _bytes(size_bytes: int | None) -> TableCell:
    return (
        TableCell("", "")
        if size_bytes is None
        else TableCell(shown_bytes(size_bytes), str(size_bytes))
    )


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
    return sorted(uses, key=_in_order)


def _in_order(use: TaskUse) -> tuple[float, str]:
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
class LogAxis:
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


def axis_of(spreads: Iterable[Spread | None], least: float) -> LogAxis:
    """An axis for some boxes.

    Args:
        spreads: what is to be drawn.
        least: what is smaller is drawn there.
    """
    known = [each for each in spreads if each is not None]
    low = min((each.low for each in known), default=least)
    high = max((each.high for each in known), default=least)
    return LogAxis(max(low, least), max(high, least))
