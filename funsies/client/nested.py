"""Waiting inside of a step, which holds the worker that it waits for."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.builder.context import running_step
from funsies.core.digest import Digest
from funsies.core.errors import WiringError
from funsies.core.traversal import reachable
from funsies.store.ports import GraphStore
from funsies.store.rows import Status


def refuse_in_step(graph: GraphStore) -> None:
    """Refuse to wait for other steps, if this is a step that runs on the same server.

    With one worker, it would wait for ever; with several, as soon as all of them do so.

    Raises:
        WiringError: naming what works.
    """
    step = running_step()
    if step is None or graph.states([step])[0].status is not Status.RUNNING:
        return
    raise WiringError(
        "a step cannot wait for other steps: it would hold the worker that they need. Return "
        "the artefact instead, from a function for bind() or sac(), which hands over to it; or "
        "run them inside of this step: with Fun(defaults=options(distributed=False)): ..."
    )


def refuse_own_step(graph: GraphStore, targets: Sequence[Digest]) -> None:
    """Refuse to run in a step what needs the result of that very step.

    Raises:
        WiringError: if a target waits for the step that is running.
    """
    step = running_step()
    if step is None:
        return
    if step in reachable(targets, graph.waiting_on):
        raise WiringError(
            "a step executes what needs its own result, and would wait for itself; return the "
            "artefact instead, from a dynamic step"
        )
