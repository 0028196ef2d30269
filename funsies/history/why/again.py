"""Why a step ran again that is the very same as in an earlier run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.resets import Reset, resets
from funsies.history.runs import Outcome, Run, StepCounts
from funsies.store.connect import Backend
from funsies.store.graph_writer import load_options

from .changes import Change, ChangeKind
from .volatile import failed_before

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
    notes = (each for each in resets(backend.graph) if until is None or each.when < until)
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
