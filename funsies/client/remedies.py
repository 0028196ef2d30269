"""What a program is told beside an error: what the step is called, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from funsies.builder.artefact import Artefact
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    ErrorKind,
    error_of_bytes,
)
from funsies.core.noted_labels import note_label
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.step_names import Naming
from funsies.session import Session, session_in_force
from funsies.store.connect import Backend
from funsies.store.lost_results import forget, set_bad_aside


def labels_for(session: Session, steps: Sequence[Digest]) -> Labels:
    """What steps are called; nothing if there is no server to ask."""
    try:
        return session.naming.labels(steps)
    except Exception:  # noqa: BLE001  (what is to be told of them is more important)
        return NO_LABELS


def labels_at_hand(backend: Backend, steps: Sequence[Digest]) -> Labels:
    """The same for what was read through a connection, that of the session if there is one."""
    session = session_in_force()
    if session is not None and session.backend is backend:
        return labels_for(session, steps)
    try:
        return Naming(backend).labels(steps)
    except Exception:  # noqa: BLE001  (as above)
        return NO_LABELS


def note_step_of(session: Session, error: Error) -> Error:
    """Take note of what the step is called whose error it is, for all who show it later."""
    if error.source is not None:
        step = Digest(bytes.fromhex(error.source))
        label = labels_for(session, [step]).texts.get(step)
        if label is not None:
            note_label(error.source, label)
    return error


def named_step(step: Digest, labels: Labels, task: str = "") -> str:
    """What a step is called, and the beginning of its hash."""
    hash_ = short_hash(step)
    name = labels.of(step, printable(task))
    return hash_ if name == hash_ else f"{name} {hash_}"


OWN_REMEDY: Final = frozenset(
    {
        ErrorKind.NotFound,
        ErrorKind.NotEvaluated,
        ErrorKind.DataMissing,
        ErrorKind.DataCorrupted,
    }
)
"""Errors that say themselves what to do."""


def since(error: Error) -> str:
    """When a step failed, in local time.

    >>> len(since(Error(kind=ErrorKind.CommandFailed, failed_at=1.8e9)))
    19
    """
    moment = datetime.fromtimestamp(error.failed_at or 0).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def advice(session: Session, error: Error) -> str:
    """What to say of an error that this session has not computed, or that is volatile."""
    if error.is_infrastructure and error.kind not in OWN_REMEDY and error.source is not None:
        return (
            "This error is volatile: it says nothing about the step, and is not remembered. "
            "Executing again runs the step again"
        )
    if not error.is_remembered or error.source is None or _is_new(session, error.source):
        return ""
    return (
        f"This error is remembered since {since(error)}: executing again does not run the step "
        f"again. To have it run: reset() it, or funsies reset {short_hash(error.source)}, or "
        "funsies run --retry-failed"
    )


def _is_new(session: Session, source: str) -> bool:
    """True if the step was run for a request of this session."""
    asked = session.requested.values()
    state = session.backend.graph.states([Digest(bytes.fromhex(source))])[0]
    return bool(asked) and state.generation >= min(asked)


_postponed: Final[ContextVar[list[Callable[[], None]] | None]] = ContextVar(
    "_postponed", default=None
)


@contextmanager
def forgetting_at_the_end() -> Iterator[None]:
    """Look at all outputs of a step first: with one of them, all are forgotten."""
    token = _postponed.set([])
    try:
        yield
        for forget_it in _postponed.get() or []:
            forget_it()
    finally:
        _postponed.reset(token)


def _forget_in_time(backend: Backend, operation: Digest, content: Digest) -> None:
    forget_it = partial(forget, backend.graph, operation, content)
    postponed = _postponed.get()
    if postponed is None:
        forget_it()
    else:
        postponed.append(forget_it)


def lost(
    backend: Backend, where: Artefact[Any], problem: DataMissingError | DataCorruptedError
) -> Error:
    """The error in the place of such a value; its result is forgotten.

    So the next ``execute`` computes it, with what it needs and is gone, too. A constant is
    stored again by the program that has it.

    Args:
        backend: where it should be.
        where: the value.
        problem: what was found.
    """
    if where.producer is None:
        set_bad_aside(backend.data, problem)
        return error_of_bytes(problem, "run the program again that put it there")
    if problem.content is not None:
        _forget_in_time(backend, where.producer, problem.content)
    error = error_of_bytes(problem, "this result is forgotten: execute again to compute it")
    return replace(error, source=where.producer.hex())
