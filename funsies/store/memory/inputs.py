"""What an operation would be given, and what stands in its way."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from funsies.core.digest import Digest
from funsies.store.rows import Generation, InputRow, OperationRow, StoredResult

from .tables import Cell, Tables


@dataclass(slots=True)
class Inputs:
    """The inputs of an operation as they are now.

    Attributes:
        results: in the order of the definition; None where the producer is not finished.
        pending: distinct producers that are pending.
        idle: distinct producers that are idle, undefined, or withdrawn.
        stale: distinct producers whose result does not do for the request asked about.
        error: first failed result, and whether it is volatile.
        is_tainted: one of the results is volatile.
    """

    results: list[StoredResult | None] = field(default_factory=list)
    pending: dict[Digest, None] = field(default_factory=dict)
    idle: dict[Digest, None] = field(default_factory=dict)
    stale: dict[Digest, None] = field(default_factory=dict)
    error: tuple[StoredResult, bool] | None = None
    is_tainted: bool = False


def read_inputs(tables: Tables, row: OperationRow, generation: int = 0) -> Inputs:
    """Look at the inputs of an operation, for a request of the given generation."""
    inputs = Inputs()
    for item in row.inputs:
        if item.producer is None:
            inputs.results.append(_constant(tables, item))
        else:
            _add(tables, inputs, item.producer, item.index, generation)
    return inputs


def _constant(tables: Tables, item: InputRow) -> StoredResult:
    artefact = tables.artefacts.get(item.artefact)
    row = artefact and artefact.constant
    content = item.content or Digest(b"")
    if not row:
        return StoredResult(True, content, item.large, 0)
    return StoredResult(True, content, item.large, row.size_bytes, row.executable)


def _add(tables: Tables, inputs: Inputs, producer: Digest, index: int, generation: int) -> None:
    cell = tables.look(producer)
    is_there = cell.status.is_finished and not cell.withdrawn_by
    result = cell.results[index] if is_there else None
    inputs.results.append(result)
    if result is None:
        (inputs.pending if cell.status.is_pending else inputs.idle)[producer] = None
        return
    if not is_usable(tables, cell, result, generation):
        inputs.stale[producer] = None
    inputs.is_tainted = inputs.is_tainted or cell.volatile
    if not result.ok and inputs.error is None:
        inputs.error = (result, cell.volatile)


def is_usable(tables: Tables, cell: Cell, result: StoredResult, generation: int) -> bool:
    """Whether one result of a finished operation does for a request of this generation."""
    is_fresh = not cell.volatile or cell.made_for >= generation
    return is_fresh and tables.has_bytes((result,))


def satisfies(tables: Tables, cell: Cell, generation: int) -> bool:
    """Whether an operation is finished, and all its results do."""
    usable = (is_usable(tables, cell, result, generation) for result in cell.results)
    return cell.status.is_finished and all(usable)


def result_for(
    tables: Tables, target: tuple[Digest, int], generation: int = 0
) -> StoredResult | None:
    """A finished result that another operation may have as its own."""
    made = tables.look(target[0])
    result = made.results[target[1]] if made.status.is_finished else None
    return result if result and is_usable(tables, made, result, generation) else None


def needs(tables: Tables, row: OperationRow, generation: Generation) -> list[Digest]:
    """Producers to be requested or defined first, in the order of the inputs."""
    inputs = read_inputs(tables, row, generation)
    bad = inputs.idle | inputs.stale
    producers = (item.producer for item in row.inputs)
    return list(dict.fromkeys(each for each in producers if each in bad))


def trace_index(row: OperationRow, results: list[StoredResult | None]) -> bytes:
    """Where the trace of a task on inputs with these contents is kept."""
    names = [item.name.encode() for item in row.inputs]
    pieces = [row.task, *(len(name).to_bytes(4, "big") + name for name in names)]
    pieces += [
        bytes([result.ok, result.executable]) + result.content for result in results if result
    ]
    return hashlib.sha1(b"".join(pieces), usedforsecurity=False).digest()


def may_have_trace(row: OperationRow, inputs: Inputs) -> bool:
    """Traces are of static operations on final inputs that are all there."""
    return not row.dynamic and None not in inputs.results and not inputs.is_tainted
