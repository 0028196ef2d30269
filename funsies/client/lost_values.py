"""Values whose bytes are gone or damaged: their results are forgotten, to be computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from returns.pipeline import is_successful
from returns.result import Result

from funsies.builder.artefact import Artefact
from funsies.core.digest import Digest
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    ErrorKind,
    error_of_bytes,
)
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.lost_results import forget, set_bad_aside

from .targets import collect

T = TypeVar("T")

_postponed: Final[ContextVar[list[Callable[[], None]] | None]] = ContextVar(
    "_postponed", default=None
)


def read_safely(
    session: Session, where: Artefact[Any], read: Callable[[], Result[T, Error]]
) -> Result[T, Error]:
    """Read a value; one that was waited for, and that the server has lost since, comes again.

    Args:
        session: knows what was waited for; in most programs nothing is asked for again.
        where: the value.
        read: reads it.
    """
    found = read()
    if where.producer not in session.awaited or is_successful(found):
        return found
    if found.failure().kind is not ErrorKind.NotFound:
        return found
    from .requests import ask_again  # noqa: PLC0415 - only after a crash of the server
    from .waiting import Waiting  # noqa: PLC0415 - as above

    targets = collect([where])
    Waiting(session, targets.digests, partial(ask_again, session, targets)).wait()
    return read()


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
    error = error_of_bytes(
        problem,
        "this result is forgotten: execute again to compute it (what was computed from it and "
        "is there does not ask for it)",
    )
    return replace(error, source=where.producer.hex())
