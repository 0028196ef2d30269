"""What a run came to, by task name: the numbers of the closing table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from funsies.history.statuses import SKIPPED

from .run_steps import CACHED, DONE, FAILED, UNFINISHED, RunStep


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One line of the closing table.

    Attributes:
        task: name of the task.
        done: steps that were run and gave values.
        cached: steps whose values were there already.
        failed: steps that gave an error, in this run or in an earlier one.
        skipped: steps that were not run because of an error among their inputs.
        unfinished: steps that are still wanted.
        busy_seconds: time that their last runs took, on all workers together.
        volatile: how many of the finished ones have results that are volatile.
    """

    task: str
    done: int = 0
    cached: int = 0
    failed: int = 0
    skipped: int = 0
    unfinished: int = 0
    busy_seconds: float = 0.0
    volatile: int = 0


def summarize(steps: Iterable[RunStep]) -> list[TaskSummary]:
    """Count the steps of a run, sorted by task name."""
    groups: dict[str, list[RunStep]] = {}
    for step in steps:
        groups.setdefault(step.task, []).append(step)
    return [_line(name, groups[name]) for name in sorted(groups)]


def total(lines: Sequence[TaskSummary]) -> TaskSummary:
    """The last line of the table."""
    return TaskSummary(
        "total",
        sum(line.done for line in lines),
        sum(line.cached for line in lines),
        sum(line.failed for line in lines),
        sum(line.skipped for line in lines),
        sum(line.unfinished for line in lines),
        sum(line.busy_seconds for line in lines),
        sum(line.volatile for line in lines),
    )


def _line(task: str, steps: Sequence[RunStep]) -> TaskSummary:
    numbers = Counter(step.outcome for step in steps)
    return TaskSummary(
        task,
        done=numbers[DONE],
        cached=numbers[CACHED],
        failed=numbers[FAILED],
        skipped=numbers[SKIPPED],
        unfinished=numbers[UNFINISHED],
        busy_seconds=sum(step.busy_seconds for step in steps),
        volatile=sum(step.volatile for step in steps),
    )
