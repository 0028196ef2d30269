"""Runs of which something runs or waits: they go on, or have left it behind."""

from __future__ import annotations

from itertools import islice

from funsies.store.connect import Backend

from .askers import Askers
from .runs import Outcome, Run, runs
from .tally import states_of

_SAID_AT_REST = frozenset({Outcome.DONE, Outcome.ERRORS, Outcome.CANCELLED})
"""What a run is said to be when all that it has asked for has ended."""


def runs_with_pending(backend: Backend, limit: int) -> list[Run]:
    """The runs of which something runs or waits, newest first.

    Args:
        backend: of their server.
        limit: so many of the newest runs are looked at.
    """
    if not any(each.pending for each in backend.graph.counts().values()):
        return []
    leased = [lease.operation for lease in backend.graph.leases()]
    at_work = set(Askers(backend).newest_runs(leased).values())
    found = islice(runs(backend), limit)
    return [each for each in found if each.number in at_work or _waits(backend, each)]


def _waits(backend: Backend, run: Run) -> bool:
    """True if something that it has asked for is not finished, and wanted by itself."""
    if run.outcome in _SAID_AT_REST:
        return False
    own = frozenset(run.generations)
    return any(not own.isdisjoint(each.wanted_by) for each in states_of(backend, run.targets))
