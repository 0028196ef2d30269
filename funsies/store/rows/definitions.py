"""Definitions: the graph, as it is kept.

Rows of which there may be hundreds of thousands are structs: they are made ten times as quickly
as frozen dataclasses. Nothing that they refer to refers to them, so no collector looks at them.
"""

from __future__ import annotations

import msgspec

from funsies.core.digest import Digest
from funsies.core.graph import TaskKind


class OutputRow(msgspec.Struct, frozen=True):
    """One output of a task: its name, its wire form, and its type as shown to people."""

    name: str
    wire: str
    type_name: str


class TaskRow(msgspec.Struct, frozen=True):
    """A task as stored.

    Attributes:
        digest: its address.
        python: minor version that can load the payload; "" for any.
        kind: how it is run.
        name: by which it is counted.
        strict: whether errors pass it by.
        outputs: what it makes, in order.
        payload: what a worker needs to run it.
        ingredients: what went into the digest, JSON.
        signature: HMAC-SHA256 over the rest; empty if not signed.
    """

    digest: Digest
    python: str
    kind: TaskKind
    name: str
    strict: bool
    outputs: tuple[OutputRow, ...]
    payload: bytes
    ingredients: bytes
    signature: bytes = b""


class InputRow(msgspec.Struct, frozen=True, gc=False):
    """One input of an operation.

    Attributes:
        name: the input's name, unique within the operation.
        artefact: address of the artefact.
        producer: operation that makes it; None for a constant.
        index: position among the producer's outputs; 0 for a constant.
        content: address of the bytes of a constant; None otherwise.
        wire: how the value is made into bytes.
        large: True for a constant whose bytes are in the data store, not beside the graph.
        size_bytes: of a constant whose bytes are beside the graph; 0 otherwise.
        executable: True for such a constant that is a file which may be run as a program.
    """

    name: str
    artefact: Digest
    producer: Digest | None
    index: int
    content: Digest | None
    wire: str
    large: bool = False
    size_bytes: int = 0
    executable: bool = False


class OperationRow(msgspec.Struct, frozen=True, gc=False):
    """An operation as stored.

    Attributes:
        digest: its address.
        task: address of what it does.
        task_name: by which it is counted.
        strict: whether errors pass it by.
        dynamic: whether its result is that of another operation, found at run time.
        inputs: sorted by name.
        outputs: addresses of the artefacts that it makes.
        options: digest of the options with which it was built first; a request by its hash
            alone is run with them. None for the defaults.
    """

    digest: Digest
    task: Digest
    task_name: str
    strict: bool
    dynamic: bool
    inputs: tuple[InputRow, ...]
    outputs: tuple[Digest, ...]
    options: Digest | None = None

    @property
    def producers(self) -> list[Digest]:
        """The operations that make its inputs, each once."""
        return list({each.producer: None for each in self.inputs if each.producer is not None})

    @property
    def counted_inputs(self) -> list[InputRow]:
        """The inputs as people count them: 2 before 10, then those with names."""
        if len(self.inputs) == 1:  # most steps, of which there may be very many
            return [self.inputs[0]]
        return sorted(self.inputs, key=_position)


def _position(row: InputRow) -> tuple[bool, int]:
    is_counted = row.name.isdecimal()
    return not is_counted, int(row.name) if is_counted else 0


class ConstantRow(msgspec.Struct, frozen=True, gc=False):
    """A constant artefact: its address, and where and how its bytes are kept."""

    artefact: Digest
    content: Digest
    wire: str
    large: bool
    size_bytes: int
    executable: bool = False


class Definitions(msgspec.Struct, frozen=True):
    """A batch of graph nodes to write.

    Attributes:
        contents: the small bytes that they refer to.
        options: encoded, under their digests, by which requests refer to them.
    """

    tasks: tuple[TaskRow, ...] = ()
    operations: tuple[OperationRow, ...] = ()
    constants: tuple[ConstantRow, ...] = ()
    contents: tuple[tuple[Digest, bytes], ...] = ()
    options: tuple[tuple[Digest, bytes], ...] = ()


class ArtefactRow(msgspec.Struct, frozen=True):
    """Where an artefact comes from: an output of an operation, or a constant."""

    digest: Digest
    producer: Digest | None
    index: int
    constant: ConstantRow | None
