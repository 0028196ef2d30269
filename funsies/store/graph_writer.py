"""From the graph in memory to the rows that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from funsies.core.digest import Digest, Field, encode_record
from funsies.core.graph import (
    Constant,
    Operation,
    OutputOf,
    Reference,
    Task,
    TaskKind,
    output_digest,
)
from funsies.core.keyring import Keyring
from funsies.core.options import Options, decode_options, encoded_options, options_digest

from .connect import INLINE_BYTES, Backend
from .rows import (
    ConstantRow,
    Definitions,
    InputRow,
    OperationRow,
    OutputRow,
    TaskRow,
)

BATCH_OPERATIONS = 500
BATCH_BYTES = 4 * 1024 * 1024


def _signed_record(row: TaskRow) -> bytes:
    """What the signature of a task covers: everything that decides what a worker runs."""
    outputs: list[Field] = [(output.name, output.wire) for output in row.outputs]
    return encode_record(
        (row.digest, row.python, row.kind.value, row.name, row.strict, outputs, row.payload)
    )


def is_signed(row: TaskRow, keys: Keyring) -> bool:
    """True if a task was signed with one of the keys, or there are none."""
    return keys.accepts(row.signature, b"task", _signed_record(row))


def task_row(task: Task, keys: Keyring) -> TaskRow:
    """A task as stored, signed."""
    outputs = tuple(OutputRow(each.name, each.wire, each.type_name) for each in task.outputs)
    row = TaskRow(
        digest=task.digest,
        python=task.python or "",
        kind=task.kind,
        name=task.name,
        strict=task.strict,
        outputs=outputs,
        payload=task.payload(),
        ingredients=task.ingredients(),
    )
    return replace(row, signature=keys.sign(b"task", _signed_record(row)))


def operation_row(operation: Operation, options: Digest | None) -> OperationRow:
    """An operation as stored.

    Args:
        operation: what to store.
        options: address of its options; None for the defaults.
    """
    task = operation.task
    return OperationRow(
        digest=operation.digest,
        task=task.digest,
        task_name=task.name,
        strict=task.strict,
        dynamic=task.kind is TaskKind.DYNAMIC,
        inputs=tuple([_input_row(name, reference) for name, reference in operation.inputs]),
        outputs=tuple([output_digest(operation.digest, each.name) for each in task.outputs]),
        options=options,
    )


def _input_row(name: str, reference: Reference) -> InputRow:
    if isinstance(reference, OutputOf):
        made_by, index = reference.operation, reference.index
        wire = made_by.task.outputs[index].wire
        return InputRow(name, reference.digest, made_by.digest, index, None, wire)
    if isinstance(reference, Constant):
        content, wire = reference.content, reference.wire
        if is_large(reference):
            return InputRow(name, reference.digest, None, 0, content, wire, large=True)
        size, executable = reference.size_bytes, reference.executable
        return InputRow(name, reference.digest, None, 0, content, wire, False, size, executable)
    return InputRow(
        name, reference.digest, reference.producer, reference.index, None, reference.wire
    )


def is_large(constant: Constant) -> bool:
    """True if the bytes of a constant belong into the data store."""
    return constant.data is None or constant.size_bytes > INLINE_BYTES


def define(backend: Backend, operations: Iterable[Operation], written: set[Digest]) -> None:
    """Write operations with their tasks and constants, in batches.

    Args:
        backend: where.
        operations: what to write.
        written: addresses of tasks, constants and options written a moment ago; added to. Not
            for longer: the server may come back empty, or with an older state.
    """
    for batch in _batches(operations, backend, written):
        backend.graph.define(batch)


def define_task(backend: Backend, task: Task) -> None:
    """Write one task, as this version of Python can load it, with what it refers to."""
    batch = _Batch(backend, set())
    batch.add_task(task)
    backend.graph.define(batch.definitions())


def define_constant(backend: Backend, constant: Constant) -> None:
    """Write one constant artefact."""
    batch = _Batch(backend, set())
    batch.add_constant(constant)
    backend.graph.define(batch.definitions())


def restore_constants(
    backend: Backend, operations: Iterable[Operation], written: set[Digest]
) -> None:
    """Store constants of operations again whose entries or bytes are gone or damaged.

    Args:
        backend: where.
        operations: those that are asked for, also long known ones.
        written: addresses of what was written a moment ago; added to.
    """
    constants = {
        reference.digest: reference
        for operation in operations
        for _, reference in operation.inputs
        if isinstance(reference, Constant) and reference.digest not in written
    }
    if constants:
        batch = _Batch(backend, written)
        for each in constants.values():
            batch.add_constant(each)
        backend.graph.define(batch.definitions())


def save_options(backend: Backend, options: Options, written: set[Digest]) -> Digest:
    """Write options, unless that was done a moment ago; return their address."""
    data, digest = encoded_options(options)
    if digest not in written:
        written.add(digest)
        backend.graph.define(Definitions(options=((digest, data),)))
    return digest


def load_options(backend: Backend, digest: Digest | None) -> Options:
    """Read options back; the defaults if they have no address, or are gone."""
    return Options() if digest is None else find_options(backend, digest) or Options()


def find_options(backend: Backend, digest: Digest) -> Options | None:
    """Read options back; None if they are gone, damaged, or not signed with a key of ours."""
    data = backend.graph.options(digest)
    return None if data is None or options_digest(data) != digest else decode_options(data)


class _Batch:
    """Rows collected for one write."""

    def __init__(self, backend: Backend, written: set[Digest]) -> None:
        self._backend = backend
        self._written = written
        self._tasks: list[TaskRow] = []
        self._operations: list[OperationRow] = []
        self._constants: list[ConstantRow] = []
        self._contents: list[tuple[Digest, bytes]] = []
        self._texts: dict[Digest, bytes] = {}
        self._size_bytes = 0

    @property
    def is_full(self) -> bool:
        return len(self._operations) >= BATCH_OPERATIONS or self._size_bytes >= BATCH_BYTES

    def add(self, operation: Operation) -> None:
        if operation.task.digest not in self._written and not operation.task.is_stored:
            self.add_task(operation.task)
        for _, reference in operation.inputs:
            if isinstance(reference, Constant) and reference.digest not in self._written:
                self.add_constant(reference)
        options = save_options(self._backend, operation.options, self._written)
        self._operations.append(operation_row(operation, options))

    def add_task(self, task: Task) -> None:
        self._written.add(task.digest)
        row = task_row(task, self._backend.keys)
        self._tasks.append(row)
        self._size_bytes += len(row.payload)
        self._add_contents(task)
        self._texts.update(task.texts())

    def _add_contents(self, task: Task) -> None:
        contents = {
            key: data for key, data in task.contents().items() if key not in self._written
        }
        self._written.update(contents)
        stored = self._backend.graph.contents(list(contents))
        for (key, data), found in zip(contents.items(), stored, strict=True):
            if found != data:
                self._contents.append((key, data))
                self._size_bytes += len(data)

    def add_constant(self, constant: Constant) -> None:
        self._written.add(constant.digest)
        large = is_large(constant)
        if constant.data is not None and large:
            if self._backend.data.missing([constant.content]):
                self._backend.data.write([constant.data])
        elif constant.data is not None:
            self._contents.append((constant.content, constant.data))
            self._size_bytes += len(constant.data)
        self._constants.append(
            ConstantRow(
                constant.digest,
                constant.content,
                constant.wire,
                large,
                constant.size_bytes,
                constant.executable,
            )
        )

    def _missing_texts(self) -> list[tuple[Digest, bytes]]:
        """What people may want to read of tasks, as far as it is not there: in one question."""
        wanted = [each for each in self._texts if each not in self._written]
        self._written.update(wanted)
        missing = self._backend.graph.missing_contents(wanted) if wanted else ()
        return [(each, self._texts[each]) for each in missing]

    def definitions(self) -> Definitions:
        return Definitions(
            tuple(self._tasks),
            tuple(self._operations),
            tuple(self._constants),
            (*self._contents, *self._missing_texts()),
        )


def _batches(
    operations: Iterable[Operation], backend: Backend, written: set[Digest]
) -> Iterator[Definitions]:
    batch = _Batch(backend, written)
    for operation in operations:
        batch.add(operation)
        if batch.is_full:
            yield batch.definitions()
            batch = _Batch(backend, written)
    yield batch.definitions()
