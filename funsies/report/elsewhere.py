"""Workers that are busy with what another run has asked for, perhaps long ago."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final

from funsies.core.cutting import cut, printable
from funsies.history.pending_runs import Askers
from funsies.history.runs import Outcome, Run, run
from funsies.run.execution import HOST
from funsies.store.connect import Backend
from funsies.store.rows import Generation, Lease

from .runs import program_of

MOST_LOOKED_AT: Final = 100
"""Of more running steps, those are looked at that have run for longest."""

SHOWN_RUNS: Final = 2
SHOWN_PROGRAM: Final = 40

_ENDS: Final = {
    Outcome.INTERRUPTED: "was interrupted",
    Outcome.CLIENT_LOST: "was killed",
    Outcome.CANCELLED: "was cancelled",
}


class WorkElsewhere:
    """Says which workers run steps that one has not asked for oneself.

    Args:
        backend: where they run.
        own: the requests that are one's own, asked anew each time.
    """

    def __init__(self, backend: Backend, own: Callable[[], Collection[Generation]]) -> None:
        self._backend = backend
        self._own = own
        self._askers = Askers(backend)

    def lines(self, leases: Sequence[Lease]) -> list[str]:
        """A line for each of the runs that have most workers; most often there is none."""
        longest = sorted(leases, key=lambda each: -each.running_ms)[:MOST_LOOKED_AT]
        wanted = self._askers.requests([each.operation for each in longest])
        own = set(self._own()) if wanted else set()
        others = [each for each in wanted.values() if each and own.isdisjoint(each)]
        workers = Counter(self._askers.newest_run(each) for each in others)
        return list(told(self._backend, dict(workers.most_common(SHOWN_RUNS))))


def left_behind(backend: Backend, workers: Mapping[int, int]) -> list[str]:
    """Lines about runs that have ended, and whose steps run all the same.

    Args:
        backend: where they run.
        workers: how many run steps of a run, by its number.
    """
    ended = {number: each for number, each in workers.items() if _has_ended(backend, number)}
    return list(told(backend, ended))


def _has_ended(backend: Backend, number: int) -> bool:
    found = run(backend, number)
    return found is not None and not _goes_on(found)


def _goes_on(found: Run) -> bool:
    return found.ended is None and found.outcome is Outcome.RUNNING


def told(
    backend: Backend, workers: Mapping[int | None, int] | Mapping[int, int]
) -> Iterator[str]:
    """Say how many workers run steps of which run, and what to do if that is not meant."""
    for number, several in workers.items():
        found = None if number is None else run(backend, number)
        is_one = several == 1
        who = "1 worker runs a step" if is_one else f"{several} workers run steps"
        if found is None:
            yield f"{who} of a program of which no run is known; see: funsies top"
        else:
            yield f"{who} of {_described(found, 'it' if is_one else 'them')}"


def _described(found: Run, steps: str) -> str:
    name = f"run {found.number} ({cut(program_of(found), SHOWN_PROGRAM)})"
    if _goes_on(found):
        where = "" if found.host == HOST else f" for {found.user} on {found.host}"
        return f"{name}, which goes on{printable(where)}"
    end = _ENDS.get(found.outcome, "has ended")
    return f"{name}, which {end}; to end {steps}: funsies cancel --run {found.number}"
