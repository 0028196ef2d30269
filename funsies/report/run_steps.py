"""The steps of a run, and what became of each: run now, there already, failed, skipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from funsies.core.cancelled import CANCELLED
from funsies.core.digest import Digest
from funsies.history.statuses import SKIPPED, statuses_of
from funsies.run.record import HOST, ExecutionRecord, decode_record
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import Generation, OperationRow, OperationState, Status

DONE, FAILED = Status.DONE.value, Status.FAILED.value
CACHED, UNFINISHED = "cached", "unfinished"
_FINISHED: Final = frozenset({DONE, FAILED, SKIPPED})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about.

    Attributes:
        since: number of its first request, or of an earlier one that is newer than all others.
        requested: the steps that it asked for.
        needed: other steps that its targets need, with their task names: they were there
            already, or others have asked for them.
        began: when the run began, seconds since 1970, if steps were left from an earlier run
            at that time, which this one may have run; else None.
    """

    since: Generation
    requested: Mapping[Digest, Generation] = field(default_factory=dict)
    needed: Mapping[Digest, str] = field(default_factory=dict)
    began: float | None = None

    def is_new(self, state: OperationState, record: ExecutionRecord | None) -> bool:
        """True of a step that is finished or pending because of this run."""
        if state.generation >= self.since:
            return True
        if self.began is None or record is None or record.host != HOST:
            return False
        return record.started >= self.began


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step of a run.

    Attributes:
        operation: its address.
        task: name of its task.
        outcome: ``done``, ``cached``, ``failed``, ``skipped`` or ``unfinished``
            (also if the request was withdrawn).
        is_new: True if that comes from this run.
        busy_seconds: time that it took in this run.
        error: content address of its error, if it failed.
        volatile: True if its result comes from a failure of the machinery.
    """

    operation: Digest
    task: str
    outcome: str
    is_new: bool
    busy_seconds: float = 0.0
    error: Digest | None = None
    volatile: bool = False


def steps_of(backend: Backend, scope: Scope) -> Iterator[RunStep]:
    """Find the steps of a run.

    What the dynamic steps among the requested ones built belongs to the run, too: what of it
    was there already counts as cached, and not what is below that.
    """
    yield from _needed(backend, scope)
    seen = {*scope.requested, *scope.needed}
    level = list(scope.requested)
    while level:
        below: list[Digest] = []
        for batch in batches(level):
            for row, step, record in _asked(backend, batch, scope):
                yield step
                if step.is_new and record is not None and record.delegated_to:
                    below.append(Digest(bytes.fromhex(record.delegated_to)))
                if step.is_new and row.digest not in scope.requested:
                    below += [each.producer for each in row.inputs if each.producer is not None]
        level = [each for each in dict.fromkeys(below) if each not in seen]
        seen.update(level)


def _needed(backend: Backend, scope: Scope) -> Iterator[RunStep]:
    """Of what was not requested only the states are read: it may be much, and all there."""
    for batch in batches(list(scope.needed)):
        states = backend.graph.states(batch)
        statuses = statuses_of(backend, batch, states)
        records: list[bytes | None] = [None] * len(batch)
        if scope.began is not None:
            records = backend.graph.records(batch)
        for digest, state, status, data in zip(batch, states, statuses, records, strict=True):
            if state.status is not Status.IDLE:  # else nothing needs it: what it makes is there
                record = decode_record(data)
                is_new = scope.is_new(state, record)
                yield _step(digest, scope.needed[digest], state, status, record, is_new=is_new)


def _asked(
    backend: Backend, operations: Sequence[Digest], scope: Scope
) -> Iterator[tuple[OperationRow, RunStep, ExecutionRecord | None]]:
    graph = backend.graph
    states = graph.states(operations)
    statuses = statuses_of(backend, operations, states)
    records = map(decode_record, graph.records(operations))
    rows = graph.operations(operations)
    for row, state, status, record in zip(rows, states, statuses, records, strict=True):
        if row is not None:
            is_new = scope.is_new(state, record)
            step = _step(row.digest, row.task_name, state, status, record, is_new=is_new)
            yield row, step, record


def _step(
    digest: Digest,
    task: str,
    state: OperationState,
    status: str,
    record: ExecutionRecord | None,
    *,
    is_new: bool,
) -> RunStep:
    if status not in _FINISHED or state.error == CANCELLED:
        return RunStep(digest, task, UNFINISHED, is_new)
    ran = None if status == SKIPPED else record
    is_there_already = not is_new or (ran is not None and ran.linked)
    if status == DONE and is_there_already:
        return RunStep(digest, task, CACHED, is_new, volatile=state.volatile)
    seconds = ran.seconds if ran is not None and is_new else 0.0
    return RunStep(digest, task, status, is_new, seconds, state.error, state.volatile)
