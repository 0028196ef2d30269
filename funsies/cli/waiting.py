"""Waiting for results that were asked for, without asking for them again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Final

from funsies.client.progress import progress_since
from funsies.client.silence import SilenceWatch
from funsies.client.values import read_result
from funsies.core.digest import Digest
from funsies.core.errors import Error, WaitTimeoutError
from funsies.engine.names import new_slot
from funsies.report.console import make_console
from funsies.report.errors import summarize_error
from funsies.report.progress import progress_display
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.rows import OperationState, Status

from .exits import Exit
from .explain import NotAskedForError
from .named import Named, states_of
from .say import note

LOOK_SECONDS: Final = 0.2
SHOWN_ERRORS: Final = 5


def wait_for_results(
    session: Session, named: Sequence[Named], timeout_seconds: float | None = None
) -> None:
    """Block until everything named is finished, and show how far it is.

    Raises:
        NotAskedForError: if nobody asked for one of them.
        WaitTimeoutError: if it takes longer.
    """
    graph = session.backend.graph
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    client, before = new_slot(), graph.counts()
    silence = SilenceWatch(session)
    subscription = graph.subscribe(client)
    try:
        with progress_display(make_console()) as report:
            while left := _watch(session.backend, client, named):
                report(progress_since(before, graph.counts()))
                if deadline is not None and time.monotonic() >= deadline:
                    shown = ", ".join(each.prefix for each in left)
                    raise WaitTimeoutError(f"not finished in time: {shown}; it goes on")
                subscription.wait(LOOK_SECONDS)
                silence.look([each.digest for each in left])
    finally:
        subscription.close()


def _watch(backend: Backend, client: str, named: Sequence[Named]) -> list[Named]:
    """Ask to be told, and return what is not finished."""
    producers = list(dict.fromkeys(each.producer for each in named if each.producer))
    watched = backend.graph.watch(client, producers)
    states = dict(zip(producers, watched, strict=True))
    left = [each for each in named if not _is_finished(each, states)]
    for each in left:
        if each.producer and states[each.producer].status is Status.IDLE:
            raise NotAskedForError(
                f"nobody asked for {each.prefix}; use: funsies execute {each.prefix}"
            )
    return left


def _is_finished(named: Named, states: dict[Digest, OperationState]) -> bool:
    return named.producer is None or states[named.producer].status.is_finished


def report_errors(backend: Backend, named: Sequence[Named]) -> Exit:
    """Explain in short what ended as an error.

    Returns:
        The exit code that follows from it.
    """
    errors = list(errors_among(backend, named))
    for each, error in errors[:SHOWN_ERRORS]:
        for line in summarize_error(error, each.digest.hex()):
            note(line)
    if len(errors) > SHOWN_ERRORS:
        note(f"... and {len(errors) - SHOWN_ERRORS} more errors")
    return Exit.RESULT_IS_ERROR if errors else Exit.OK


def errors_among(backend: Backend, named: Sequence[Named]) -> Iterable[tuple[Named, Error]]:
    """The errors among finished results."""
    states = states_of(backend, named)
    for each in named:
        state = states.get(each.producer) if each.producer else None
        if state is None or state.status is not Status.FAILED:
            continue
        index = each.artefact.index if each.artefact else None
        for position, result in enumerate(state.results):
            if not result.ok and index in {None, position}:
                yield each, read_result(backend, result).failure()
                break
