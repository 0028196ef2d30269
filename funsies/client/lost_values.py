"""Values whose bytes are gone or damaged: their results are forgotten, to be computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from typing import Any, Final

from funsies.builder.artefact import Artefact
from funsies.core.digest import Digest
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    error_of_bytes,
)
from funsies.store.connect import Backend
from funsies.store.lost_results import forget, set_bad_aside

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
    error = error_of_bytes(
        problem,
        "this result is forgotten: execute again to compute it (what was computed from it and "
        "is there does not ask for it)",
    )
    return replace(error, source=where.producer.hex())
