"""Why the steps of a run ran: each is compared with that of the newest earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from funsies.core.digest import Digest
from funsies.core.encoding.collector import paused
from funsies.history.closure import Closure
from funsies.history.runs import Run, steps_of_run
from funsies.history.runs import run as find_run
from funsies.store.connect import Backend

from .again import why_again
from .fates import what_ran
from .labelled import labels_of_both
from .matching import counterparts
from .model import PENDING, Ran, Reasons
from .reading import Library
from .shared import sharing
from .steps import Comparison, Former

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
    steps = Comparison(Library(shared), for_groups=for_groups).reasons(
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
