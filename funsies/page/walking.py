"""All steps, or so many of them."""

from __future__ import annotations

from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow


def some_steps(backend: Backend, most: int) -> list[OperationRow]:
    """All steps; or if they are too many, at least as many as tell that."""
    found: dict[Digest, OperationRow] = {}
    place = 0
    while len(found) < most:
        rows, place = backend.graph.some_operations(place, most)
        found |= {row.digest: row for row in rows}
        if not place:
            break
    return list(found.values())
