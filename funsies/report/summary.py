"""What a run came to, by task name: the numbers of the closing table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from funsies.client.progress import Progress
from funsies.store.rows import TaskCounts


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One line of the closing table.

    Attributes:
        task: name of the task.
        done: steps that were run and gave values.
        cached: steps whose values were there already.
        failed: steps that were run and gave an error.
        skipped: steps that were not run because of an error among their inputs.
        unfinished: steps that are still wanted.
        busy_seconds: time spent running them, on all workers together.
    """

    task: str
    done: int = 0
    cached: int = 0
    failed: int = 0
    skipped: int = 0
    unfinished: int = 0
    busy_seconds: float = 0.0


def summarize(progress: Progress, cached: Mapping[str, int]) -> list[TaskSummary]:
    """Put together what happened and what was there already, sorted by task name.

    Args:
        progress: what happened since the run began.
        cached: by task name, steps that did not even have to be asked for.
    """
    names = sorted({*progress.tasks, *cached})
    return [
        _line(name, progress.tasks.get(name, TaskCounts()), cached.get(name, 0))
        for name in names
    ]


def total(lines: list[TaskSummary]) -> TaskSummary:
    """The last line of the table."""
    return TaskSummary(
        "total",
        sum(line.done for line in lines),
        sum(line.cached for line in lines),
        sum(line.failed for line in lines),
        sum(line.skipped for line in lines),
        sum(line.unfinished for line in lines),
        sum(line.busy_seconds for line in lines),
    )


def _line(name: str, counts: TaskCounts, cached: int) -> TaskSummary:
    return TaskSummary(
        name,
        done=max(0, counts.done - counts.linked),
        cached=cached + counts.linked,
        failed=max(0, counts.failed - counts.skipped),
        skipped=counts.skipped,
        unfinished=counts.pending,
        busy_seconds=counts.busy_ms / 1000,
    )
