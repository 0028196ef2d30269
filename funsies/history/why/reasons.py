"""Why the steps of a run ran: each is compared with that of the newest earlier run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.labels import labels_of
from funsies.history.runs import Run, outcomes_in_run, steps_of_run
from funsies.history.runs import run as find_run
from funsies.history.tally import CACHED, DONE, FAILED
from funsies.store.connect import Backend

from .again import why_again
from .matching import counterparts
from .model import Ran, Reasons
from .reading import Library
from .shared import sharing
from .steps import Comparison, Former

MOST_RUNS: Final = 10
"""So many earlier runs are looked at for a step that is not in the one before."""


def reasons(backend: Backend, run: Run, *, names_steps: bool = True) -> Reasons:
    """Tell why each step of a run ran, or why it did not.

    Args:
        backend: where it is stored.
        run: the run.
        names_steps: False if nobody wants to know what each step is called, beyond its task.
    """
    shared = sharing(backend)
    closure = steps_of_run(shared, run)
    labels = labels_of(shared, closure).texts if names_steps else {}
    formers, earlier = formers_of(shared, (run.number, run.script), closure)
    ran = _what_ran(shared, run, closure)
    before = {each.number: each for each in earlier}
    same = {
        each: before[former.run]
        for each, former in formers.items()
        if former.row.digest == each and former.run is not None and ran[each] is Ran.RAN
    }
    again = why_again(shared, closure, same, run.ended)
    steps = Comparison(Library(shared)).reasons(closure.rows, formers, ran, again, labels)
    return Reasons(steps, run.number, tuple(before))


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
            labels = partial(_labels, backend, before, closure)
            matches = counterparts(before.rows, closure.rows, labels, given)
        else:  # of another program, only the very same steps
            matches = {each: each for each in left if each in before.rows}
        found |= {
            each: Former(before.rows[former], earlier.number)
            for each, former in matches.items()
            if each in left
        }
    return found, looked_at


def _labels(
    backend: Backend, *closures: Closure
) -> tuple[Mapping[Digest, str], Mapping[Digest, str]]:
    before, after = (labels_of(backend, each).texts for each in closures)
    return before, after


def _earlier(backend: Backend, number: int) -> Iterator[Run]:
    """Earlier runs, newest first."""
    for each in range(number - 1, max(0, number - 1 - MOST_RUNS), -1):
        earlier = find_run(backend, each)
        if earlier is not None:
            yield earlier


def _what_ran(backend: Backend, run: Run, closure: Closure) -> dict[Digest, Ran]:
    found = dict.fromkeys(closure.rows, Ran.NOT_RUN)
    for each in outcomes_in_run(backend, run, closure):
        is_linked = each.record is not None and each.record.linked
        if each.outcome in {DONE, FAILED} and each.is_new:
            found[each.operation] = Ran.RAN
        elif each.outcome in {CACHED, DONE, FAILED}:
            is_by_content = each.is_new and is_linked
            found[each.operation] = Ran.BY_CONTENT if is_by_content else Ran.CACHED
    return found
