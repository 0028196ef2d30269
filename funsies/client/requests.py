"""Requests for results: made, with those woken who compute them, and withdrawn."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter

import msgspec

from funsies.core.digest import Digest
from funsies.core.errors import CANCELLED, CANCELLED_ERROR
from funsies.history.runs import Run, steps_of_run
from funsies.session import Session
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.graph_reader import read_levels
from funsies.store.ports import GraphReader, GraphStore
from funsies.store.rows import Definitions, Generation, QueueName
from funsies.store.submission import LOCAL_PREFIX, submit

from .targets import Targets


def local_queue() -> str:
    """Queue that only this process serves."""
    return f"{LOCAL_PREFIX}{socket.gethostname()}-{os.getpid()}"


@contextmanager
def serving(backend: Backend) -> Iterator[None]:
    """Have others know that this process works off its queue, until it leaves or dies."""
    subscription = backend.graph.news.subscribe(local_queue())
    try:
        yield
    finally:
        subscription.close()


def arm(session: Session, queues: Sequence[QueueName]) -> None:
    """See to it that workers of these queues wake up."""
    served = [queue for queue in queues if not queue.startswith(LOCAL_PREFIX)]
    if not served or session.backend.is_in_process:
        return
    # Late: RQ takes long to import.
    from funsies.engine.arming import arm_queues  # noqa: PLC0415
    from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

    with suppress(*SERVER_TROUBLE):  # workers look for work by themselves at each tick
        arm_queues(session.server, session.backend.graph, served)


def ask_again(session: Session, asked: Targets, digests: Iterable[Digest]) -> None:
    """Ask for results once more that this program has asked for.

    Args:
        session: where.
        asked: what was asked for.
        digests: which of it to ask for again.
    """
    targets = asked.among(digests)
    submission = submit(
        session.backend,
        tuple(targets.built.values()),
        tuple(targets.stored),
        generation=session.new_request(targets.operations),
        arm=functools.partial(arm, session),
    )
    session.note_requested(submission)
    session.on_request()


class Affected(msgspec.Struct, frozen=True):
    """What a cancellation would end.

    Attributes:
        steps: that are pending, those that make inputs of others first.
        generations: requests that want them, oldest first.
    """

    steps: tuple[Digest, ...]
    generations: tuple[Generation, ...]


def affected_by(graph: GraphReader, operations: Iterable[Digest]) -> Affected:
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
    graph: GraphReader, operations: Iterable[Digest]
) -> dict[Digest, tuple[Generation, ...]]:
    """Those of some steps that are pending, in their order, with who wants them."""
    pending: dict[Digest, tuple[Generation, ...]] = {}
    for batch in batches(list(operations)):
        states = zip(batch, graph.states(batch), strict=True)
        pending |= {each: state.wanted_by for each, state in states if state.status.is_pending}
    return pending


def _makers_first(graph: GraphReader, operations: Collection[Digest]) -> tuple[Digest, ...]:
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
