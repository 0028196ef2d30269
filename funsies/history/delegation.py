"""What dynamic steps built: the steps whose results stand for theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from funsies.core.digest import Digest
from funsies.run.record import decode_record
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow


def built_by(backend: Backend, rows: Iterable[OperationRow]) -> dict[Digest, Digest]:
    """Find the step that each dynamic one went on as when it was last run."""
    return delegations(backend, [row.digest for row in rows if row.dynamic])


def delegations(backend: Backend, operations: Sequence[Digest]) -> dict[Digest, Digest]:
    """The same by address, for those of the steps that went on as another."""
    records = map(decode_record, backend.graph.records(operations))
    return {
        operation: Digest(bytes.fromhex(record.delegated_to))
        for operation, record in zip(operations, records, strict=True)
        if record is not None and record.delegated_to
    }
