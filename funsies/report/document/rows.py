"""The steps of a run as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import short_hash
from funsies.history.outcomes import FAILED
from funsies.report.account import RunAccount, StepAccount
from funsies.report.lanes import Lane
from funsies.report.numbers import shown_bytes, shown_seconds

MOST_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
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
    numbers: tuple[Cell, ...]
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


def _numbers(step: StepAccount, began: float) -> list[Cell]:
    ran = step.ran
    if ran is None:
        return [Cell("", "")] * 7
    return [
        _seconds(max(0.0, ran.started - began)),
        _seconds(ran.seconds),
        _seconds(ran.cpu_seconds),
        _bytes(ran.peak_memory_bytes),
        _bytes(ran.bytes_in),
        _bytes(ran.bytes_out),
        Cell(str(ran.attempt), str(ran.attempt)),
    ]


def _seconds(seconds: float | None) -> Cell:
    return Cell("", "") if seconds is None else Cell(shown_seconds(seconds), f"{seconds:.6g}")


def _bytes(size_bytes: int | None) -> Cell:
    return (
        Cell("", "") if size_bytes is None else Cell(shown_bytes(size_bytes), str(size_bytes))
    )
