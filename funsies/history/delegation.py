"""What dynamic steps built: the steps whose results stand for theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from funsies.core.digest import Digest
from funsies.run.record import decode_record
from funsies.store.ports import GraphStore
from funsies.store.rows import OperationRow


def built_by(graph: GraphStore, rows: Iterable[OperationRow]) -> dict[Digest, Digest]:
    """Find the step that each dynamic one went on as when it was last run."""
    return delegations(graph, [row.digest for row in rows if row.dynamic])


def delegations(graph: GraphStore, operations: Sequence[Digest]) -> dict[Digest, Digest]:
    """The same by address, for those of the steps that went on as another."""
    records = zip(operations, map(decode_record, graph.records(operations)), strict=True)
    found = ((each, record.went_on_as) for each, record in records if record is not None)
    return {each: built for each, built in found if built is not None}
