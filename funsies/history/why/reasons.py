"""Why the steps of a run ran: each is compared with that of an earlier run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

from msgspec import structs

from funsies.core.collector import paused
from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.labels import Labels, labels_of
from funsies.history.runs import Run, steps_of_run
from funsies.history.runs import run as find_run
from funsies.history.step_names import labels_of_few, labels_of_run
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .matching import counterparts
from .model import PENDING, Blocker, Change, ChangeKind, Ran, Reasons, StepReason, WaitsFor
from .reruns import what_ran, why_again
from .steps import Comparison, Former
from .store_view import StoreView, sharing, value_text


def labels_among(backend: Backend, found: Reasons) -> Labels:
    """What all steps are called whose reasons are known: in their run, if they are of one."""
    run = None if found.run is None else find_run(backend, found.run)
    if run is None:
        return labels_of_few(backend, found.closure)
    labels = labels_of_run(backend, run, found.closure)  # it may know of more than this run had
    return Labels(_among(found, labels.texts), _among(found, labels.names))


def with_labels(backend: Backend, found: Reasons, steps: Collection[Digest]) -> Reasons:
    """Call some steps by what tells them from the others of the same graph.

    Args:
        backend: where they are stored.
        found: why they ran.
        steps: their addresses; those of which nothing is known are left out.
    """
    known = [each for each in steps if each in found.steps]
    if not known:
        return found
    labels = labels_among(backend, found)
    named = {each: structs.replace(found.steps[each], label=labels.of(each)) for each in known}
    return replace(found, steps={**found.steps, **named})


def labels_of_both(
    backend: Backend, before: Closure, after: Closure
) -> tuple[Mapping[Digest, str], Mapping[Digest, str]]:
    """What the steps of two graphs are called, each among its own."""
    return labels_of(backend, before).texts, labels_of(backend, after).texts


def _among(found: Reasons, said: Mapping[Digest, str]) -> dict[Digest, str]:
    return {each: said[each] for each in found.closure.rows if each in said}


_KINDS: Final[Mapping[Status, WaitsFor]] = {
    Status.WAITING: WaitsFor.INPUTS,
    Status.READY: WaitsFor.WORKER,
    Status.DELAYED: WaitsFor.PAUSE,
    Status.DELEGATED: WaitsFor.BUILT,
}
_OF_STEPS: Final = frozenset({WaitsFor.INPUTS, WaitsFor.BUILT})


def what_it_waits_for(backend: Backend, step: Digest) -> Blocker | None:
    """What a step waits for; None if it does not wait, or not any more.

    Args:
        backend: where it is.
        step: its address.
    """
    state = StoreView(backend).states([step])[step]
    what = _KINDS.get(state.status)
    if what is None:
        return None
    lacking = backend.graph.waiting_on(step) if what in _OF_STEPS else ()
    return Blocker(what, state.queue, tuple(lacking))


MOST_RUNS: Final = 10
"""So many earlier runs are looked at for a step that is not in the one before."""

_RUN: Final = PENDING | {Ran.RAN}


@paused()
def reasons(backend: Backend, run: Run, *, for_groups: bool = False) -> Reasons:
    """Tell why each step of a run ran, or why it did not.

    Args:
        backend: where it is stored.
        run: the run.
        for_groups: True if only the groups of steps with the same causes are wanted; it is
            quicker if there are steps with many inputs.
    """
    shared = sharing(backend)
    closure = steps_of_run(shared, run)
    formers, earlier = formers_of(shared, (run.number, run.script), closure)
    ran = what_ran(shared, run, closure)
    before = {each.number: each for each in earlier}
    same = {
        each: before[former.run]
        for each, former in formers.items()
        if former.row.digest == each and former.run is not None and ran[each] in _RUN
    }
    again = why_again(shared, closure, same, run.ended)
    steps = Comparison(StoreView(shared), for_groups=for_groups).reasons(
        closure.rows, formers, ran, again
    )
    return Reasons(steps, run.number, tuple(before), closure=closure)


def formers_of(
    backend: Backend,
    run: tuple[int, str],
    closure: Closure,
) -> tuple[dict[Digest, Former], list[Run]]:
    """Find what each step is compared with.

    Args:
        backend: where they are stored.
        run: number of the run, and its script.
        closure: the steps.

    Returns:
        The earlier steps, and the runs that were looked at, newest first.
    """
    number, script = run
    found: dict[Digest, Former] = {}
    looked_at: list[Run] = []
    for earlier in _earlier(backend, number):
        left = {each: row for each, row in closure.rows.items() if each not in found}
        if not left:
            break
        looked_at.append(earlier)
        before = steps_of_run(backend, earlier)
        if earlier.script == script:
            given = {each: former.row.digest for each, former in found.items()}
            labels = partial(labels_of_both, backend, before, closure)
            matches = counterparts(before.rows, closure.rows, labels, given)
        else:  # of another program, only the very same steps
            matches = {each: each for each in left if each in before.rows}
        found |= {
            each: Former(before.rows[former], earlier.number)
            for each, former in matches.items()
            if each in left
        }
    return found, looked_at


def _earlier(backend: Backend, number: int) -> Iterator[Run]:
    """Earlier runs, newest first."""
    for each in range(number - 1, max(0, number - 1 - MOST_RUNS), -1):
        earlier = find_run(backend, each)
        if earlier is not None:
            yield earlier


_NONE: Final[Mapping[Digest, Digest]] = MappingProxyType({})


@paused()
def compare(
    backend: Backend,
    before: Closure,
    after: Closure,
    given: Mapping[Digest, Digest] = _NONE,
    *,
    for_groups: bool = False,
) -> Reasons:
    """Tell what is another in a graph than in one before.

    Args:
        backend: where they are stored.
        before: the steps as they were.
        after: the steps as they are.
        given: which later steps stand for which of the earlier ones, where that is known.
        for_groups: True if only the groups of steps with the same causes are wanted.
    """
    shared = sharing(backend)
    labels = partial(labels_of_both, shared, before, after)
    found = counterparts(before.rows, after.rows, labels, given)
    formers = {each: Former(before.rows[former]) for each, former in found.items()}
    ran = {each: Ran.SAME if found.get(each) == each else Ran.DIFFERS for each in after.rows}
    steps = Comparison(StoreView(shared), for_groups=for_groups).reasons(
        after.rows, formers, ran, {}
    )
    told = {each: _as_said_of_two(reason) for each, reason in steps.items()}
    used = {each.former for each in told.values()}
    gone = Counter(row.task_name for each, row in before.rows.items() if each not in used)
    return Reasons(told, gone=dict(gone), closure=after)


def _as_said_of_two(reason: StepReason) -> StepReason:
    """What has another address and the same values is no difference."""
    is_same = reason.inputs and all(each.is_same_value for each in reason.inputs)
    is_by_content = is_same and not reason.changes
    return structs.replace(reason, ran=Ran.BY_CONTENT) if is_by_content else reason


def with_values(backend: Backend, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Read the values of inputs that have changed, for those who want to see them."""
    given = [
        each
        for change in changes
        if change.kind is ChangeKind.INPUT
        for each in (change.given_before, change.given_after)
        if each is not None
    ]
    contents = StoreView(backend).values(given)
    return tuple(
        replace(
            each,
            before=value_text(each.given_before, contents),
            after=value_text(each.given_after, contents),
        )
        if each.kind is ChangeKind.INPUT
        else each
        for each in changes
    )
