"""Saying of results that they are volatile."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.client.volatile import losses_below, remedy, shown
from funsies.core.digest import Digest
from funsies.report.numbers import counted
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .exits import Exit
from .say import note


def tell_volatile(backend: Backend, operations: Sequence[Digest]) -> Exit:
    """Say which of the operations have values that are volatile.

    Returns:
        The exit code that follows from it.
    """
    done = [
        digest
        for batch in batches(operations)
        for digest, state in zip(batch, backend.graph.states(batch), strict=True)
        if state.status is Status.DONE and state.volatile
    ]
    if not done:
        return Exit.OK
    losses = losses_below(backend.graph, done)
    note(
        f"volatile: {counted(len(done), 'result')}, computed from a failure of the machinery "
        f"({shown(losses)}), and not remembered; {remedy(losses)}"
    )
    return Exit.VOLATILE
