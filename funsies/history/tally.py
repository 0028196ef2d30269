"""What became of steps in a run: run in it, there already, failed, skipped, not finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from funsies.core.cancelled import CANCELLED
from funsies.core.digest import Digest
from funsies.run.record import ExecutionRecord, decode_record
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import Generation, OperationState, Status
from funsies.store.rows.runs import StepCounts

from .closure import Closure
from .statuses import SKIPPED, statuses_of

DONE, FAILED = Status.DONE.value, Status.FAILED.value
CACHED, UNFINISHED = "cached", "unfinished"

_FINISHED: Final = frozenset({DONE, FAILED, SKIPPED})


@dataclass(frozen=True, slots=True)
class Span:
    """What tells the steps of a run from those that were there before it, or came after it.

    Attributes:
        generations: numbers of its requests.
        began: when, seconds since 1970.
        ended: when; None if that is not known, infinity if it has not.
    """

    generations: frozenset[Generation]
    began: float
    ended: float | None = None

    def has(self, state: OperationState, record: ExecutionRecord | None) -> bool:
        """True of a step whose result comes from this run."""
        if state.generation in self.generations:
            return True
        if record is None or record.started < self.began:
            return False
        return self.ended is not None and record.started <= self.ended

    def is_over_for(self, state: OperationState, record: ExecutionRecord | None) -> bool:
        """True of a step whose result comes from a later run."""
        if record is not None and self.ended is not None:
            return record.started > self.ended
        was_there = record is not None and record.started < self.began
        return not was_there and state.generation > max(self.generations, default=0)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What became of a step in a run.

    Attributes:
        operation: its address.
        task: name of its task.
        outcome: ``done``, ``cached``, ``failed``, ``skipped`` or ``unfinished``.
        is_new: True if that comes from this run.
        record: of its last execution.
    """

    operation: Digest
    task: str
    outcome: str
    is_new: bool
    record: ExecutionRecord | None


def outcomes(
    backend: Backend, tasks: Mapping[Digest, str], targets: Collection[Digest], span: Span
) -> Iterator[StepOutcome]:
    """Tell what became of steps in a run.

    What was not needed, since the result of a step that uses it was there, is left out.

    Args:
        backend: where they are.
        tasks: the steps, with the names of their tasks.
        targets: those of them that were asked for.
        span: what tells the run from others.
    """
    for batch in batches(list(tasks)):
        states = backend.graph.states(batch)
        statuses = statuses_of(backend, batch, states)
        records = map(decode_record, backend.graph.records(batch))
        for digest, state, status, record in zip(batch, states, statuses, records, strict=True):
            if state.status is not Status.IDLE or digest in targets:
                is_new = span.has(state, record)
                outcome = _outcome(state, status, record, span, is_new=is_new)
                yield StepOutcome(digest, tasks[digest], outcome, is_new, record)


def tasks_of(closure: Closure) -> dict[Digest, str]:
    """The steps of a closure, with the names of their tasks."""
    return {digest: row.task_name for digest, row in closure.rows.items()}


def _outcome(
    state: OperationState,
    status: str,
    record: ExecutionRecord | None,
    span: Span,
    *,
    is_new: bool,
) -> str:
    is_cancelled = any(each.content == CANCELLED for each in state.results)
    if status not in _FINISHED or is_cancelled:
        return UNFINISHED
    if not is_new and span.is_over_for(state, record):
        return UNFINISHED
    if status == DONE and (not is_new or (record is not None and record.linked)):
        return CACHED
    return status


def counted(steps: Iterable[StepOutcome]) -> dict[str, StepCounts]:
    """Count steps by task, sorted by name."""
    sums: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for step in steps:
        task = sums[step.task]
        task[step.outcome] += 1
        if step.is_new and step.record is not None and step.outcome in {DONE, FAILED}:
            task["seconds"] += step.record.seconds
    return {
        name: msgspec.convert(task, StepCounts, strict=False)
        for name, task in sorted(sums.items())
    }


def has_pending(states: Sequence[OperationState]) -> bool:
    """True if something is asked for and not finished."""
    return any(state.status.is_pending for state in states)


def states_of(backend: Backend, targets: Sequence[Digest]) -> list[OperationState]:
    """States of any number of steps."""
    return [state for batch in batches(targets) for state in backend.graph.states(batch)]
