"""Withdrawing requests for steps, whoever has made them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from funsies.core.digest import Digest
from funsies.core.stored_errors import CANCELLED, CANCELLED_ERROR
from funsies.history.runs import Run, steps_of_run
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.ports import GraphStore
from funsies.store.reader import read_levels
from funsies.store.rows import Definitions, Generation


@dataclass(frozen=True, slots=True)
class Affected:
    """What a cancellation would end.

    Attributes:
        steps: that are pending, those that make inputs of others first.
        generations: requests that want them, oldest first.
    """

    steps: tuple[Digest, ...]
    generations: tuple[Generation, ...]


def affected_by(graph: GraphStore, operations: Iterable[Digest]) -> Affected:
    """Find the pending steps among some, and all that wait for them.

    Args:
        graph: where they are.
        operations: the steps that are to end.
    """
    wanted: dict[Digest, tuple[Generation, ...]] = {}

    def read(page: Sequence[Digest]) -> Iterable[Digest]:
        pending = pending_of(graph, page)
        wanted.update(pending)
        return graph.consumers(list(pending))

    read_levels(operations, read)
    generations = {each for several in wanted.values() for each in several}
    return Affected(_makers_first(graph, wanted), tuple(sorted(generations)))


def affected_by_run(backend: Backend, run: Run) -> Affected:
    """Find what a run asked for and is not finished; what another run wants goes on.

    Args:
        backend: where it is.
        run: the run.
    """
    pending = pending_of(backend.graph, steps_of_run(backend, run).rows).items()
    own = frozenset(run.generations)
    steps = tuple(each for each, wanted_by in pending if not own.isdisjoint(wanted_by))
    return Affected(steps, run.generations)


def pending_of(
    graph: GraphStore, operations: Iterable[Digest]
) -> dict[Digest, tuple[Generation, ...]]:
    """Those of some steps that are pending, in their order, with who wants them."""
    pending: dict[Digest, tuple[Generation, ...]] = {}
    for batch in batches(list(operations)):
        states = zip(batch, graph.states(batch), strict=True)
        pending |= {each: state.wanted_by for each, state in states if state.status.is_pending}
    return pending


def _makers_first(graph: GraphStore, operations: Collection[Digest]) -> tuple[Digest, ...]:
    needs: dict[Digest, set[Digest]] = {each: set() for each in operations}
    for batch in batches(list(operations)):
        for row in graph.operations(batch):
            if row is not None:
                needs[row.digest] = needs.keys() & set(row.producers)
    return tuple(TopologicalSorter(needs).static_order())


def withdraw(graph: GraphStore, affected: Affected) -> int:
    """Withdraw requests for steps; what no other request wants ends with ``Error(Cancelled)``.

    Returns:
        The number of steps that were ended.
    """
    graph.define(Definitions(contents=((CANCELLED, CANCELLED_ERROR),)))
    return sum(
        graph.cancel(generation, affected.steps, CANCELLED)
        for generation in affected.generations
    )
