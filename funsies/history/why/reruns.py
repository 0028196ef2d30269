"""What ran in a run, and why a step ran again that is the very same as in an earlier one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import CANCELLED
from funsies.history.closure import Closure
from funsies.history.outcomes import CACHED, DONE, FAILED, SKIPPED, StepOutcome
from funsies.history.resets import Reset, resets
from funsies.history.run_records import numbers
from funsies.history.runs import Outcome, Run, StepCounts, outcomes_in_run
from funsies.history.runs import run as find_run
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord, decode_record
from funsies.store.graph_writer import load_options
from funsies.store.rows import OperationState, Status

from .model import Change, ChangeKind, Ran
from .store_view import StoreView

_NO_STEPS: Final = StepCounts()


def failed_before(closure: Closure, again: Mapping[Digest, Run]) -> Iterator[Digest]:
    """Find steps with such an error, or inputs with one, among those that nobody has reset.

    Their errors are gone. But the run before has counted how many of each task it had when it
    ended: where all steps of a task that ran again may be those, they are.

    Args:
        closure: all steps of the run in which they ran again.
        again: the steps, each with the earlier run that had it.
    """
    by_task: defaultdict[tuple[str, int], list[Digest]] = defaultdict(list)
    for step, earlier in again.items():
        by_task[closure.rows[step].task_name, earlier.number].append(step)
    for (task, _), steps in by_task.items():
        if len(steps) <= again[steps[0]].counts.get(task, _NO_STEPS).volatile:
            yield from steps


_NOTHING: Final = StepCounts()
ENDED_EARLY: Final = frozenset(set(Outcome) - {Outcome.DONE, Outcome.ERRORS})
"""Runs that ended so may have left steps unfinished."""


def why_again(
    backend: Backend,
    closure: Closure,
    same: Mapping[Digest, Run],
    until: float | None = None,
) -> dict[Digest, Change]:
    """Tell why steps ran again.

    Args:
        backend: where they are stored.
        closure: all steps of the run in which they ran again.
        same: the steps, each with the earlier run that had it.
        until: when that run ended; None if it has not.
    """
    if not same:
        return {}
    notes = (each for each in resets(backend.graph.named) if until is None or each.when < until)
    told = _by_step(closure, notes)
    always = _reset_by_options(backend, closure)
    found = {
        step: Change(ChangeKind.RESET, subject="by options(reset=True)")
        if step in always
        else _why(closure.rows[step].task_name, earlier, told.get(step))
        for step, earlier in same.items()
    }
    lost = {each: same[each] for each, why in found.items() if why.kind is ChangeKind.LOST}
    return found | {each: Change(ChangeKind.VOLATILE) for each in failed_before(closure, lost)}


def _reset_by_options(backend: Backend, closure: Closure) -> set[Digest]:
    """Steps that are run each time, as their options say, and what depends on them."""
    told = {row.options for row in closure.rows.values() if row.options is not None}
    resetting = {each for each in told if load_options(backend, each).reset}
    found: set[Digest] = set()
    for digest, row in closure.rows.items():
        if row.options in resetting or not found.isdisjoint(closure.above(row)):
            found.add(digest)
    return found


def _why(task: str, earlier: Run, note: Reset | None) -> Change:
    if note is not None and note.when > earlier.began:
        kind = ChangeKind.RETRIED if note.retries_failed else ChangeKind.RESET
        return Change(kind, subject=note.shown)
    counts = earlier.counts.get(task, _NOTHING)
    if earlier.outcome in ENDED_EARLY or counts.unfinished:
        said = f"run {earlier.number} ({earlier.outcome.value})"
        return Change(ChangeKind.UNFINISHED, subject=said)
    return Change(ChangeKind.LOST)


def _by_step(closure: Closure, notes: Iterable[Reset]) -> dict[Digest, Reset]:
    """The last reset of each step: its own, or one that reached what depends on another."""
    own = {step: each for each in sorted(notes, key=_when) for step in each.steps}
    found: dict[Digest, Reset] = {}
    for digest, row in closure.rows.items():
        above = (found.get(each) for each in closure.above(row))
        some = [each for each in above if each is not None and each.is_recursive]
        some += [own[digest]] if digest in own else []
        if some:
            found[digest] = max(some, key=_when)
    return found


def _when(reset: Reset) -> float:
    return reset.when


_MOST_RUNS: Final = 100


def run_that_ran(backend: Backend, step: Digest) -> Run | None:
    """The run in which a step ran last; None if it never did, or that is not known any more.

    Args:
        backend: where it is stored.
        step: its address.
    """
    record = decode_record(backend.graph.records([step])[0])
    if record is None:
        return None
    for number in numbers(backend.graph.named)[:_MOST_RUNS]:
        run = find_run(backend, number)
        if run is not None and run.began <= record.started:
            return run
    return None


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
    view = StoreView(backend)
    states, records = view.states(steps), view.records(steps)
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
