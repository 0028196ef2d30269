"""A step as the store knows it: its definition, what it was given, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import msgspec
from returns.pipeline import is_successful
from returns.result import Result

from funsies.core.digest import Digest
from funsies.core.errors import Error
from funsies.core.options import Options
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord, decode_record
from funsies.store.graph_reader import known_step, known_task
from funsies.store.graph_writer import is_signed, load_options
from funsies.store.rows import OperationRow, OperationState, TaskRow

from .lookup import stored_artefact
from .values import open_value, read_bytes


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step and its state.

    Attributes:
        row: its definition.
        task: what it does.
        state: how far it is, and its results.
        options: how it is run, as it was built first.
        record: of its last execution; None if it was not run.
        log: what it printed then, at the end.
    """

    row: OperationRow
    task: TaskRow
    state: OperationState
    options: Options
    record: ExecutionRecord | None
    log: bytes

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return self.row.digest.hex()


def read_step(backend: Backend, digest: Digest) -> StoredStep:
    """Read all of a step but the values.

    Raises:
        UnknownHashError: if the store does not know it, or its task.
    """
    graph = backend.graph
    row = known_step(graph, digest)
    return StoredStep(
        row,
        known_task(graph, row.task),
        graph.states([digest])[0],
        read_options(backend, row),
        decode_record(graph.records([digest])[0]),
        graph.log(digest) or b"",
    )


def read_options(backend: Backend, row: OperationRow) -> Options:
    """The options with which an operation was built first."""
    try:
        return load_options(backend, row.options)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Options()


def is_trusted(backend: Backend, task: TaskRow) -> bool:
    """True if the definition of a task is signed with our key, or we have no key."""
    return is_signed(task, backend.keys)


@contextmanager
def opened(backend: Backend, artefact: Digest) -> Iterator[Result[BinaryIO, Error]]:
    """Open the bytes of a value, as they are stored, or give the error in its place.

    What cannot be read is an error, too: not computed yet, missing. Damaged bytes are found
    while they are read.
    """
    found = open_value(backend, stored_artefact(backend, artefact))
    try:
        yield found
    finally:
        if is_successful(found):
            found.unwrap().close()


def read_value(backend: Backend, artefact: Digest) -> Result[bytes, Error]:
    """Read the bytes of a value, as they are stored, or give the error in its place."""
    return read_bytes(backend, stored_artefact(backend, artefact))


def read_inputs(backend: Backend, step: StoredStep) -> dict[str, Result[bytes, Error]]:
    """Read all inputs of a step, by name."""
    return {row.name: read_value(backend, row.artefact) for row in step.row.inputs}
