"""What a run came to, by task name: the numbers of the closing table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.run.record import ExecutionRecord, decode_record
from funsies.store.connect import Backend
from funsies.store.rows import Generation, OperationRow, OperationState, Status

from .batches import batches
from .graph.model import SKIPPED
from .graph.reading import statuses_of

NEVER: Final = Generation(0)
DONE, FAILED = Status.DONE.value, Status.FAILED.value
CACHED, UNFINISHED = "cached", "unfinished"


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
        busy_seconds: time that their last runs took, on all workers together.
    """

    task: str
    done: int = 0
    cached: int = 0
    failed: int = 0
    skipped: int = 0
    unfinished: int = 0
    busy_seconds: float = 0.0


def summarize(
    backend: Backend, requested: Mapping[Digest, Generation], cached: Mapping[str, int]
) -> list[TaskSummary]:
    """Put together what a run did and what was there already, sorted by task name.

    What the dynamic steps among the requested ones built belongs to the run, too: what of it
    was there already counts as cached, and not what is below that.

    Args:
        backend: where the steps are.
        requested: the steps that the run asked for, each with the number of the request.
        cached: by task name, steps that did not even have to be asked for.
    """
    groups: dict[str, list[_Step]] = {name: [] for name in cached}
    for step in _steps(backend, requested):
        groups.setdefault(step.task, []).append(step)
    return [_line(name, groups[name], cached.get(name, 0)) for name in sorted(groups)]


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


def _line(task: str, steps: Sequence[_Step], cached: int) -> TaskSummary:
    numbers = Counter(step.outcome for step in steps)
    return TaskSummary(
        task,
        done=numbers[DONE],
        cached=cached + numbers[CACHED],
        failed=numbers[FAILED],
        skipped=numbers[SKIPPED],
        unfinished=numbers[UNFINISHED],
        busy_seconds=sum(step.busy_seconds for step in steps),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    task: str
    outcome: str
    busy_seconds: float


def _steps(backend: Backend, requested: Mapping[Digest, Generation]) -> Iterator[_Step]:
    since = min(requested.values(), default=NEVER)
    seen = set(requested)
    level = list(requested)
    while level:
        below: list[Digest] = []
        for batch in batches(level):
            for row, state, status, record in _read(backend, batch):
                is_new = state.generation >= since
                yield _step(row, status, record, is_new=is_new)
                if is_new and record is not None and record.delegated_to:
                    below.append(Digest(bytes.fromhex(record.delegated_to)))
                if is_new and row.digest not in requested:
                    below += [each.producer for each in row.inputs if each.producer is not None]
        level = [each for each in dict.fromkeys(below) if each not in seen]
        seen.update(level)


_Read: TypeAlias = tuple[OperationRow, OperationState, str, ExecutionRecord | None]


def _read(backend: Backend, operations: Sequence[Digest]) -> Iterator[_Read]:
    graph = backend.graph
    states = graph.states(operations)
    statuses = statuses_of(backend, operations, states)
    records = map(decode_record, graph.records(operations))
    rows = graph.operations(operations)
    for row, state, status, record in zip(rows, states, statuses, records, strict=True):
        if row is not None:
            yield row, state, status, record


def _step(
    row: OperationRow, status: str, record: ExecutionRecord | None, *, is_new: bool
) -> _Step:
    if status not in {DONE, FAILED, SKIPPED}:
        return _Step(row.task_name, UNFINISHED, 0.0)
    ran = None if status == SKIPPED else record
    if not is_new or (ran is not None and ran.linked):
        return _Step(row.task_name, CACHED, 0.0)
    return _Step(row.task_name, status, 0.0 if ran is None else ran.seconds)
