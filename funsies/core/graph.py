"""The graph: tasks, operations, and references to values.

Everything here is immutable and knows its own address. Nothing here knows Python types:
:class:`~funsies.builder.artefact.Artefact` adds them.

What there may be hundreds of thousands of are structs: they are made ten times as quickly as
frozen dataclasses. A graph has no cycles, so no collector looks at them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Final, TypeAlias

import msgspec

from .digest import (
    ADDRESS,
    DIGEST_BYTES,
    Digest,
    Field,
    digest,
    digest_of,
    encoded_text,
    record_head,
    sequence_head,
)
from .former_names import former_members
from .label import Label
from .options import Options


class TaskKind(StrEnum):
    """How a task is run."""

    PYTHON = "python"
    SHELL = "shell"
    DYNAMIC = "dynamic"
    """A Python function that returns an artefact: it builds a graph at run time."""


class Output(msgspec.Struct, frozen=True):
    """What a task makes under one name.

    Attributes:
        name: unique within the task.
        wire: how the value becomes bytes: ``"blob"``, ``"json"``, ``"files"``, or a codec.
        type_name: the type as shown to people, e.g. ``"list[float]"``.
    """

    name: str
    wire: str
    type_name: str


class Task(ABC):
    """What to do: one identity for all operations that do the same thing.

    Attributes:
        kind: how it is run.
        name: what people call it; progress is counted by this name.
        digest: its address.
        strict: True if it never sees errors: an error among the inputs is its result.
        outputs: what it makes, in order.
        python: minor version of Python that can load the payload (``"3.11"``); None for any.
        is_stored: True if it came from the store, so that it need not be written there.
    """

    is_stored: ClassVar[bool] = False

    __slots__ = ("digest", "kind", "name", "outputs", "python", "strict")

    kind: TaskKind
    name: str
    digest: Digest
    strict: bool
    outputs: tuple[Output, ...]
    python: str | None

    @abstractmethod
    def payload(self) -> bytes:
        """What a worker needs to run it."""

    def is_as_in(self, payload: bytes) -> bool:  # noqa: ARG002 - one payload is like another
        """True if a stored payload of this task would be loaded from the same sources."""
        return True

    def contents(self) -> Mapping[Digest, bytes]:
        """What the payload refers to, by content digest: stored once, however many tasks do."""
        return {}

    def libraries(self) -> Mapping[str, str]:
        """Versions of the libraries that count for it, by name."""
        return {}

    def texts(self) -> Mapping[Digest, bytes]:
        """What the ingredients refer to, by content digest; no step needs it to be run."""
        return {}

    @abstractmethod
    def ingredients(self) -> bytes:
        """What went into the digest, as JSON, for a later comparison of two runs."""


class Constant(msgspec.Struct, frozen=True, gc=False):
    """A value known when the graph is built.

    Attributes:
        digest: its address, as an artefact.
        content: address of its bytes.
        wire: how the value was made into bytes.
        data: the bytes; None if they are in the data store already.
        size_bytes: their number.
        executable: True for a file that may be run as a program.
    """

    digest: Digest
    content: Digest
    wire: str
    data: bytes | None
    size_bytes: int
    executable: bool = False


class OutputOf(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One output of an operation of this program.

    Attributes:
        digest: its address, as an artefact.
        operation: the operation that makes it.
        index: position among the operation's outputs.
    """

    digest: Digest
    operation: Operation
    index: int


class Stored(msgspec.Struct, frozen=True, gc=False):
    """One output of an operation that only the store knows, found by its hash.

    Attributes:
        digest: its address, as an artefact.
        producer: address of the operation that makes it.
        index: position among the operation's outputs.
        wire: how the value is made into bytes.
        name: name of the output.
    """

    digest: Digest
    producer: Digest
    index: int
    wire: str
    name: str


Reference: TypeAlias = Constant | OutputOf | Stored
"""Where the value of an artefact comes from."""


class Operation(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A task applied to artefacts: a node of the graph.

    Attributes:
        digest: its address.
        task: what to do.
        inputs: (name, where the value comes from), sorted by name.
        options: how to run it; not part of its identity.
        label: what people call it; not part of its identity. None if nobody has said that.
    """

    digest: Digest
    task: Task
    inputs: tuple[tuple[str, Reference], ...]
    options: Options
    label: Label | None = None

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return self.digest.hex()

    def output(self, index: int) -> OutputOf:
        """Refer to one of the outputs."""
        name = self.task.outputs[index].name
        return OutputOf(output_digest(self.digest, name), self, index)

    def producers(self) -> Iterator[Operation]:
        """The operations of this program that make the inputs, each once."""
        seen: set[Digest] = set()
        for _, reference in self.inputs:
            if isinstance(reference, OutputOf) and reference.operation.digest not in seen:
                seen.add(reference.operation.digest)
                yield reference.operation


former_members(
    Operation,
    "Operation",
    {
        "funsie": "write operation.task",
        "grab": "write get(hash), which gives the artefact that the operation makes",
        "inp": "write operation.inputs",
        "out": "write operation.output(index)",
        "put": "a graph is written to the server by execute(), or when `with Fun():` ends",
    },
)


def operation(
    task: Task,
    inputs: Sequence[tuple[str, Reference]],
    options: Options,
    label: Label | None = None,
) -> Operation:
    """Apply a task to inputs.

    Args:
        task: what to do.
        inputs: (name, where the value comes from), each name once, in any order.
        options: how to run it.
        label: what people call it.
    """
    ordered = inputs if len(inputs) == 1 else sorted(inputs, key=_name)
    address = operation_digest(
        task.digest, [(name, reference.digest) for name, reference in ordered]
    )
    return Operation(address, task, tuple(ordered), options, label)


def _name(named: tuple[str, Reference]) -> str:
    return named[0]


_OPERATION: Final = record_head("operation", 2) + ADDRESS
_OUTPUT: Final = record_head("artefact", 2) + ADDRESS


def operation_digest(task: Digest, inputs: Sequence[tuple[str, Digest]]) -> Digest:
    """Address of an operation: its task, and the names and addresses of its inputs, sorted."""
    pieces = [_OPERATION, task, sequence_head(len(inputs))]
    for name, address in inputs:
        pieces += (_input_head(name), address)
    if len(task) != DIGEST_BYTES or any(len(each) != DIGEST_BYTES for _, each in inputs):
        record: list[Field] = list(inputs)  # of a damaged row
        return digest("operation", task, record)
    return digest_of(pieces)


@lru_cache(maxsize=4096)
def _input_head(name: str) -> bytes:
    """What stands before the address of an input in the record of an operation."""
    return sequence_head(2) + encoded_text(name) + ADDRESS


def output_digest(producer: Digest, name: str) -> Digest:
    """Address of an output, as an artefact."""
    if len(producer) != DIGEST_BYTES:
        return digest("artefact", producer, name)
    return digest_of((_OUTPUT, producer, _output_tail(name)))


_output_tail: Final = lru_cache(maxsize=4096)(encoded_text)


def constant(
    wire: str,
    data: bytes | None,
    content: Digest,
    size_bytes: int,
    *,
    executable: bool = False,
) -> Constant:
    """Refer to a value whose bytes are known."""
    address = constant_digest(wire, content, executable=executable)
    return Constant(address, content, wire, data, size_bytes, executable)


def constant_digest(wire: str, content: Digest, *, executable: bool) -> Digest:
    """Address of a constant, as an artefact."""
    if executable:
        return digest("constant", wire, content, "executable")
    if len(content) != DIGEST_BYTES:
        return digest("constant", wire, content)
    return digest_of((_constant_head(wire), content))


@lru_cache(maxsize=256)
def _constant_head(wire: str) -> bytes:
    """What stands before the address of the bytes in the record of a constant."""
    return record_head("constant", 2) + encoded_text(wire) + ADDRESS
