"""What a program is told of a value whose bytes are gone or damaged, and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from funsies.build.artefact import Artefact
from funsies.core.errors import DataCorruptedError, DataMissingError, Error, error_of_bytes
from funsies.store.connect import Backend
from funsies.store.lost_bytes import forget


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
        return error_of_bytes(problem, "run the program again that put it there")
    if problem.content is not None:
        forget(backend.graph, where.producer, problem.content)
    error = error_of_bytes(problem, "this result is forgotten: execute again to compute it")
    return replace(error, source=where.producer.hex())
