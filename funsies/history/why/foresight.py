"""What would run, and why: said before a run, of a graph that nobody has asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import structs

from funsies.core.collector import paused
from funsies.core.digest import Digest
from funsies.history.closure import Closure, read_closure
from funsies.history.outcomes import SKIPPED, statuses_of
from funsies.history.run_records import last_number
from funsies.store.connect import Backend
from funsies.store.rows import OperationState, Status

from .model import Change, ChangeKind, Ran, Reasons, StepReason
from .reasons import formers_of
from .reruns import why_again
from .steps import Comparison
from .store_view import StoreView, sharing

_VOLATILE: Final = Change(ChangeKind.VOLATILE)
_RETRIED: Final = Change(ChangeKind.RETRIED, subject="by --retry-failed")


@paused()
def foresee(
    backend: Backend, targets: Iterable[Digest], script: str, *, retries_failed: bool = False
) -> Reasons:
    """Tell which steps would run if some were asked for, and why.

    Args:
        backend: where they are stored.
        targets: the steps that would be asked for.
        script: that would ask: its last run is what the steps are compared with.
        retries_failed: True if what has failed would be run again.
    """
    shared = sharing(backend)
    view, closure = StoreView(shared), read_closure(shared, targets)
    states = view.states(closure.rows)
    idle = _needed(closure, states, retries_failed=retries_failed)
    number = last_number(shared.graph.named) + 1
    formers, earlier = formers_of(shared, (number, script), closure)
    before = {each.number: each for each in earlier}
    same = {
        each: before[former.run]
        for each, former in formers.items()
        if former.row.digest == each and former.run is not None and each in idle
    }
    failed = [each for each in idle if states[each].status is Status.FAILED]
    again = why_again(shared, closure, same) | {
        each: _VOLATILE if states[each].volatile else _RETRIED for each in failed
    }
    ran = {each: Ran.WILL_RUN if each in idle else Ran.CACHED for each in closure.rows}
    ran |= dict.fromkeys(_skipped(shared, failed), Ran.MAY_RUN)
    steps = Comparison(view, for_groups=True).reasons(closure.rows, formers, ran, again)
    return Reasons(_judged(steps), compared_with=tuple(before), closure=closure)


def _needed(
    closure: Closure, states: Mapping[Digest, OperationState], *, retries_failed: bool
) -> set[Digest]:
    """Steps without a result, as far as a target needs them."""
    wanted, idle = set(closure.targets), set[Digest]()
    for digest in reversed(closure.rows):
        if digest in wanted and not _is_there(states[digest], retries_failed=retries_failed):
            idle.add(digest)
        if digest in idle or (digest in wanted and digest in closure.built):
            wanted.update(closure.above(closure.rows[digest]))
    return idle


def _is_there(state: OperationState, *, retries_failed: bool) -> bool:
    if not state.status.is_finished or state.volatile:
        return False
    return state.status is Status.DONE or not retries_failed


def _skipped(backend: Backend, failed: Sequence[Digest]) -> list[Digest]:
    """Those of failed steps that were not run, since an input is an error."""
    states = backend.graph.states(failed)
    statuses = statuses_of(backend, failed, states)
    return [each for each, status in zip(failed, statuses, strict=True) if status == SKIPPED]


def _judged(steps: Mapping[Digest, StepReason]) -> dict[Digest, StepReason]:
    """Tell what runs for certain from what depends on values that are not there yet."""
    found: dict[Digest, StepReason] = {}
    for digest, reason in steps.items():
        fate = _fate(reason, found)
        is_judged = fate is reason.ran
        found[digest] = reason if is_judged else structs.replace(reason, ran=fate)
    return found


def _fate(reason: StepReason, found: Mapping[Digest, StepReason]) -> Ran:
    if reason.ran is not Ran.WILL_RUN or reason.changes or not reason.inputs:
        return reason.ran
    same = [
        each.is_same_value or _is_by_content(found.get(each.producer)) for each in reason.inputs
    ]
    if all(same):
        return Ran.BY_CONTENT
    is_certain = any(each.is_same_value is False for each in reason.inputs)
    return Ran.WILL_RUN if is_certain else Ran.MAY_RUN


def _is_by_content(reason: StepReason | None) -> bool:
    return reason is not None and reason.ran is Ran.BY_CONTENT
