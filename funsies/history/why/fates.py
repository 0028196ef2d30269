"""What became of the steps of a run, as far as running goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from funsies.core.digest import Digest
from funsies.core.stored_errors import CANCELLED
from funsies.history.closure import Closure
from funsies.history.runs import Outcome, Run, outcomes_in_run
from funsies.history.statuses import SKIPPED
from funsies.history.tally import CACHED, DONE, FAILED, StepOutcome
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord
from funsies.store.rows import OperationState, Status

from .again import ENDED_EARLY
from .model import Ran
from .reading import Library


def what_ran(backend: Backend, run: Run, closure: Closure) -> dict[Digest, Ran]:
    """Tell which steps of a run were run in it, which are to, and which not.

    Args:
        backend: where they are.
        run: the run.
        closure: its steps.
    """
    told = {each.operation: each for each in outcomes_in_run(backend, run, closure)}
    fates = {step: _fate_of(each) for step, each in told.items()}
    found = {step: fate for step, fate in fates.items() if fate is not None}
    others = [each for each in closure.rows if each not in found]
    asked = told.keys() | frozenset(run.targets)
    return {**found, **_fates_of_unfinished(backend, run, others, asked)}


def _fate_of(outcome: StepOutcome) -> Ran | None:
    """What became of a step that is finished; None if this run has not finished it."""
    if outcome.outcome == SKIPPED:
        return Ran.SKIPPED
    if outcome.outcome not in {CACHED, DONE, FAILED}:
        return None
    if not outcome.is_new:
        return Ran.CACHED
    is_linked = outcome.record is not None and outcome.record.linked
    return Ran.BY_CONTENT if is_linked else Ran.RAN


def _fates_of_unfinished(
    backend: Backend, run: Run, steps: Sequence[Digest], asked: Collection[Digest]
) -> Mapping[Digest, Ran]:
    library = Library(backend)
    states, records = library.states(steps), library.records(steps)
    return {
        each: _fate(run, states[each], records.get(each), was_asked_for=each in asked)
        for each in steps
    }


def _fate(
    run: Run, state: OperationState, record: ExecutionRecord | None, *, was_asked_for: bool
) -> Ran:
    """What became of a step of which this run has no result that is there."""
    goes_on = run.ended is None and run.outcome is Outcome.RUNNING
    is_wanted = goes_on or not set(run.generations).isdisjoint(state.wanted_by)
    if state.status.is_pending and is_wanted:
        return Ran.RUNNING if state.status is Status.RUNNING else Ran.WAITING
    if record is not None and _is_within(run, record):
        return Ran.BY_CONTENT if record.linked else Ran.RAN
    is_last_request = state.generation in run.generations
    if is_last_request and (_is_cancelled(state) or run.outcome in ENDED_EARLY):
        return Ran.UNFINISHED
    is_forgotten = was_asked_for or is_last_request or state.status.is_pending
    return Ran.FORGOTTEN if is_forgotten else Ran.NOT_NEEDED


def _is_within(run: Run, record: ExecutionRecord) -> bool:
    ended = run.span.ended
    return run.began <= record.started and ended is not None and record.started <= ended


def _is_cancelled(state: OperationState) -> bool:
    return any(each.content == CANCELLED for each in state.results)
