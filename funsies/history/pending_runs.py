"""Which runs want what is pending: those of this program, or somebody else's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import Generation

from .outcomes import states_of
from .run_records import Requests, numbers
from .runs import Outcome, Run, runs

MOST_RUNS: Final = 100
"""So many of the newest runs are asked whether a request is theirs."""


class Askers:
    """Finds the runs that want steps; what it has found of a request it knows for good.

    Args:
        backend: where the steps and the runs are.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._numbers: dict[Generation, int | None] = {}

    def requests(self, operations: Collection[Digest]) -> dict[Digest, tuple[Generation, ...]]:
        """The requests that want steps; none for what is not pending."""
        states = self._backend.graph.states(list(operations))
        return {each: state.wanted_by for each, state in zip(operations, states, strict=True)}

    def newest_runs(self, operations: Collection[Digest]) -> dict[Digest, int]:
        """Numbers of the newest runs that want steps, as far as runs are known that do."""
        found = {
            each: self.newest_run(requests)
            for each, requests in self.requests(operations).items()
        }
        return {each: number for each, number in found.items() if number is not None}

    def newest_run(self, requests: Sequence[Generation]) -> int | None:
        """The newest of the runs that have made requests, by number; None if none is known."""
        if not all(each in self._numbers for each in requests):
            self._learn(requests)
        known = (self._numbers[each] for each in requests)
        return max((each for each in known if each is not None), default=None)

    def _learn(self, requests: Sequence[Generation]) -> None:
        """Look for them, the newest runs first.

        A run writes a request down before it makes it: what is not found now never will be.
        """
        left = {each for each in requests if each not in self._numbers}
        for number in islice(numbers(self._backend.graph.named), MOST_RUNS):
            generations = Requests(self._backend, number).generations
            self._numbers |= dict.fromkeys(generations, number)
            left.difference_update(generations)
            if not left:
                return
        self._numbers |= dict.fromkeys(left)


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
