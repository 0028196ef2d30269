"""How far steps are, and what became of them in a run: run in it, there already, failed, ..."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import fsum
from typing import Final

import msgspec
from msgspec.structs import replace

from funsies.core.digest import Digest
from funsies.core.errors import CANCELLED, read_error
from funsies.core.traversal import reachable
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord, decode_record
from funsies.store.graph_reader import delegations
from funsies.store.rows import Generation, OperationState, Status
from funsies.store.rows.run_rows import StepCounts

from .closure import Closure

SKIPPED: Final = "skipped"
"""The status of a failed step that was not run: an input is an error."""


def statuses_of(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> list[str]:
    """Names of states, where a failed step that was never run is ``skipped``."""
    skipped = skipped_for(backend, operations, states)
    return [
        SKIPPED if operation in skipped else state.status.value
        for operation, state in zip(operations, states, strict=True)
    ]


def skipped_for(
    backend: Backend, operations: Sequence[Digest], states: Sequence[OperationState]
) -> Mapping[Digest, str]:
    """The failed steps that were never run, each with the hash of the step that failed."""
    errors = {
        operation: next(result.content for result in state.results if not result.ok)
        for operation, state in zip(operations, states, strict=True)
        if state.status is Status.FAILED
    }
    contents = backend.graph.contents(list(errors.values()))
    sources = {
        operation: source
        for operation, data in zip(errors, contents, strict=True)
        if (source := _source(data)) not in {None, operation.hex()}
    }
    went_on = delegations(backend.graph, list(sources))  # the graph of these failed: they ran
    return {
        operation: source
        for operation, source in sources.items()
        if source is not None and operation not in went_on
    }


def _source(data: bytes | None) -> str | None:
    error = read_error(data)
    return None if error is None else error.source


DONE, FAILED = Status.DONE.value, Status.FAILED.value
CACHED, UNFINISHED = "cached", "unfinished"

SUPERSEDED: Final = "superseded"
"""The step has run again in a later run: what it did in this one is not known any more."""


class Span(msgspec.Struct, frozen=True):
    """What tells the steps of a run from those that were there before it, or came after it.

    Attributes:
        generations: numbers of its requests.
        began: when, seconds since 1970.
        ended: when; None if that is not known, infinity if it has not.
        left: names of tasks of which steps were not finished when its end was written down;
            None if it was not, and what its steps come to later belongs to it.
    """

    generations: frozenset[Generation]
    began: float
    ended: float | None = None
    left: frozenset[str] | None = None

    def has(self, state: OperationState, record: ExecutionRecord | None) -> bool:
        """True of a step whose result comes from this run."""
        return state.generation in self.generations or self.has_begun(record)

    def has_begun(self, record: ExecutionRecord | None) -> bool:
        """True of an execution that began while the run went on."""
        if record is None or record.started < self.began:
            return False
        return self.ended is not None and record.started <= self.ended

    def is_over_for(self, state: OperationState, record: ExecutionRecord | None) -> bool:
        """True of a step whose result comes from a later run."""
        if record is not None and self.ended is not None:
            return record.started > self.ended
        was_there = record is not None and record.started < self.began
        return not was_there and state.generation > max(self.generations, default=0)

    def had_left(self, task: str, record: ExecutionRecord | None) -> bool:
        """True of a step that was running when the run ended, and has finished since.

        Clocks of machines differ, so that the times of a step alone do not tell it.
        """
        if self.left is None or task not in self.left:
            return False
        return record is not None and self.ended is not None and record.ended > self.ended


class StepOutcome(msgspec.Struct, frozen=True):
    """What became of a step in a run.

    Attributes:
        operation: its address.
        task: name of its task.
        outcome: ``done``, ``cached``, ``failed``, ``skipped``, ``unfinished`` (also if the
            request was withdrawn) or, of a run that is over, ``superseded``.
        is_new: True if that comes from this run.
        record: of its last execution; None if it was skipped.
        error: content address of its error, if it failed or was skipped.
        volatile: True if its result comes from a failure of the machinery.
    """

    operation: Digest
    task: str
    outcome: str
    is_new: bool
    record: ExecutionRecord | None
    error: Digest | None = None
    volatile: bool = False

    @property
    def ran(self) -> ExecutionRecord | None:
        """What it used in this run; None if it was not run in it."""
        is_run = self.is_new and self.record is not None and not self.record.linked
        return self.record if is_run else None

    @property
    def built(self) -> Digest | None:
        """What a dynamic step went on as in this run."""
        return self.record.went_on_as if self.is_new and self.record is not None else None


def outcomes(
    backend: Backend, tasks: Mapping[Digest, str], targets: Collection[Digest], span: Span
) -> Iterator[StepOutcome]:
    """Tell what became of steps in a run.

    What was not needed, since the result of a step that uses it was there, is left out.

    Args:
        backend: where they are.
        tasks: the steps, with the names of their tasks, each after those that it uses.
        targets: those of them that were asked for.
        span: what tells the run from others.
    """
    later: set[str] = set()
    for batch in batches(list(tasks)):
        states = backend.graph.states(batch)
        skipped = skipped_for(backend, batch, states)
        records = map(decode_record, backend.graph.records(batch))
        for digest, state, record in zip(batch, states, records, strict=True):
            if state.status is Status.IDLE and digest not in targets:
                continue
            if digest in skipped:
                step = _skipped(digest, tasks[digest], state, span)
                is_later = skipped[digest] in later
            else:
                step = _outcome(digest, tasks[digest], state, record, span)
                is_later = span.had_left(step.task, record)
            if is_later:
                later.add(digest.hex())
                step = replace(step, outcome=UNFINISHED, is_new=False, error=None)
            yield step


def outcomes_in(
    backend: Backend, closure: Closure, targets: Collection[Digest], span: Span
) -> Iterator[StepOutcome]:
    """The same of some steps and everything that they depend on.

    What a dynamic step has built before the run is left out, as what is below other results
    that were there: nothing needed it.
    """
    tasks = {digest: row.task_name for digest, row in closure.rows.items()}
    steps = outcomes(backend, tasks, targets, span)
    if not closure.built:
        yield from steps
        return
    found = {step.operation: step for step in steps}
    needed = _needed(closure, {digest for digest, step in found.items() if step.is_new})
    yield from (step for digest, step in found.items() if digest in needed)


def _needed(closure: Closure, new: Collection[Digest]) -> set[Digest]:
    def below(digest: Digest) -> Iterator[Digest]:
        if digest in closure.rows:
            yield from closure.rows[digest].producers
            if digest in closure.built and digest in new:
                yield closure.built[digest]

    return set(reachable(closure.targets, below))


def _outcome(
    digest: Digest, task: str, state: OperationState, record: ExecutionRecord | None, span: Span
) -> StepOutcome:
    is_new = span.has(state, record)
    is_withdrawn = any(each.content == CANCELLED for each in state.results)
    if not state.status.is_finished or is_withdrawn:
        return StepOutcome(digest, task, UNFINISHED, is_new, record)
    if not is_new and span.is_over_for(state, record):
        return StepOutcome(digest, task, _outcome_before(task, span), is_new, record)
    is_there_already = not is_new or (record is not None and record.linked)
    is_cached = state.status is Status.DONE and is_there_already
    name = CACHED if is_cached else state.status.value
    return StepOutcome(digest, task, name, is_new, record, state.error, state.volatile)


def _skipped(digest: Digest, task: str, state: OperationState, span: Span) -> StepOutcome:
    """It has no record of its own: what is there is of an earlier time when it was run."""
    is_new = span.has(state, None)
    if not is_new and span.is_over_for(state, None):
        return StepOutcome(digest, task, _outcome_before(task, span), is_new, None)
    return StepOutcome(digest, task, SKIPPED, is_new, None, state.error, state.volatile)


def _outcome_before(task: str, span: Span) -> str:
    """Of a step that a later run has run: it was left to that, or was run again."""
    return UNFINISHED if span.left is None or task in span.left else SUPERSEDED


def counted(steps: Iterable[StepOutcome]) -> dict[str, StepCounts]:
    """Count steps by task, sorted by name."""
    sums: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for step in steps:
        task = sums[step.task]
        task[step.outcome] += 1
        task["volatile"] += step.volatile
        if step.ran is not None and step.outcome in {DONE, FAILED}:
            seconds[step.task].append(step.ran.seconds)
    # The exact sum: in which order the steps are told does not count.
    return {
        name: msgspec.convert({**task, "seconds": fsum(seconds[name])}, StepCounts)
        for name, task in sorted(sums.items())
    }


def has_pending(states: Sequence[OperationState]) -> bool:
    """True if something is asked for and not finished."""
    return any(state.status.is_pending for state in states)


def states_of(backend: Backend, targets: Sequence[Digest]) -> list[OperationState]:
    """States of any number of steps."""
    return [state for batch in batches(targets) for state in backend.graph.states(batch)]
