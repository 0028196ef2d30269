"""Looking for what is damaged, as far as anything can be in the memory of a process."""

from __future__ import annotations

from collections.abc import Iterator

from funsies.core.digest import Digest, content_digest
from funsies.store.rows import Damage, Fault, LargeFaults, Part, Result, Tell

from .requesting import invalidate
from .tables import Tables


def damages(tables: Tables, large_faults: LargeFaults, tell: Tell) -> Iterator[Damage]:
    """Compare bytes with their digests, and see that those of results are there."""
    owned: set[Digest] = set()
    for operation, cell in list(tables.cells.items()):
        tell("states", 1)
        for index, result in enumerate(cell.results):
            fault = _fault(tables, result, large_faults)
            if fault is not None:
                owned.add(result.content)
                yield _of_result(tables, operation, index, result, fault)
    for digest in list(tables.contents):
        tell("small values", 1)
        if digest not in owned and _is_changed(tables, digest):
            yield Damage(Part.CONTENT, Fault.CHANGED, digest.hex(), content=digest)


def _is_changed(tables: Tables, content: Digest) -> bool:
    return content_digest(tables.contents[content]) != content


def _fault(tables: Tables, result: Result, large_faults: LargeFaults) -> Fault | None:
    if result.large:
        return large_faults([result.content]).get(result.content)
    if result.content not in tables.contents:
        return Fault.MISSING
    return Fault.CHANGED if _is_changed(tables, result.content) else None


def _of_result(
    tables: Tables, operation: Digest, index: int, result: Result, fault: Fault
) -> Damage:
    row = tables.definitions.get(operation)
    return Damage(
        Part.RESULT,
        fault,
        (row.outputs[index] if row else operation).hex(),
        operation,
        row.task_name if row else "",
        content=result.content,
        is_large=result.large,
    )


def mend(tables: Tables, damage: Damage) -> bool:
    """Forget damaged bytes, and the result that they are."""
    content = damage.content
    if content is None:
        return False
    is_bad = content in tables.contents and _is_changed(tables, content)
    if is_bad:
        del tables.contents[content]
    if damage.operation is None:
        return is_bad
    results = tables.look(damage.operation).results
    return any(
        invalidate(tables, damage.operation, index, content)
        for index, result in enumerate(results)
        if result.content == content and (result.large or not tables.has_bytes((result,)))
    )
