"""Waiting for results, without asking for them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from funsies.client.progress import PROGRESS_SECONDS, reporting
from funsies.client.stored_step import read_value
from funsies.client.waiting import Waiting
from funsies.core.digest import Digest
from funsies.core.errors import Error
from funsies.history.called import labels_here
from funsies.history.labels import NO_LABELS
from funsies.report.errors import summarize_errors
from funsies.report.failures import FailedTarget
from funsies.report.live.waits import display_of
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.reader import known_step
from funsies.store.rows import Generation, Status

from .exits import Exit
from .named import Named, states_of
from .say import note
from .spoilt import tell_volatile


def wait_for_results(
    session: Session, named: Sequence[Named], timeout_seconds: float | None = None
) -> None:
    """Block until everything named is finished, whoever asks for it; show how far it is.

    Raises:
        WaitTimeoutError: if it takes longer.
    """
    states = states_of(session.backend, named)
    own = functools.partial(_who_wants, session.backend, list(states))
    with display_of(session.backend, own).shown() as tell:
        Waiting(session, list(states), for_others=True).wait(
            timeout_seconds, reporting(session.backend.graph, tell), PROGRESS_SECONDS
        )


def _who_wants(backend: Backend, steps: Sequence[Digest]) -> set[Generation]:
    """Who has asked for what is waited for."""
    states = backend.graph.states(steps)
    return {generation for state in states for generation in state.wanted_by}


def report_errors(backend: Backend, named: Sequence[Named], begun: float) -> Exit:
    """Explain in short what ended as an error, or is volatile.

    Args:
        backend: where it is.
        named: what was waited for.
        begun: since when, seconds since 1970: errors that are older are remembered ones.

    Returns:
        The exit code that follows from it.
    """
    errors = list(errors_among(backend, named))
    steps = list(states_of(backend, named))
    labels = labels_here(backend, steps) if errors else NO_LABELS
    failed = (
        FailedTarget(each.digest.hex(), error, labels.of(each.producer))
        for each, error in errors
        if each.producer is not None
    )
    for line in summarize_errors(failed, labels, begun=begun):
        note(line)
    spoilt = tell_volatile(backend, steps)
    return Exit.RESULT_IS_ERROR if errors else spoilt


def errors_among(backend: Backend, named: Sequence[Named]) -> Iterable[tuple[Named, Error]]:
    """The errors among finished results."""
    states = states_of(backend, named)
    for each in named:
        if each.producer is None or states[each.producer].status is not Status.FAILED:
            continue
        state = states[each.producer]
        index = each.artefact.index if each.artefact else None
        for position, result in enumerate(state.results):
            if not result.ok and index in {None, position}:
                output = known_step(backend.graph, each.producer).outputs[position]
                yield each, read_value(backend, output).failure()
                break
