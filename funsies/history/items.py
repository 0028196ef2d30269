"""Items of lists that dynamic steps went over: ``g[17]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationRow

MAP_EACH: Final = "map_each:"
"""How the names of its steps begin."""

_GATHER: Final = "gather"
_CONVERT: Final = "convert:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is.

    Attributes:
        parent: the dynamic step that made a step of it.
        index: where it is in the list.
        is_of_map: True if ``map_each`` went over the list.
        item: its value, as an input.
    """

    parent: Digest
    index: int
    is_of_map: bool
    item: InputRow | None


def places_of(
    rows: Mapping[Digest, OperationRow], built: Mapping[Digest, Digest]
) -> dict[Digest, Place]:
    """Find the steps that dynamic ones made of the items of lists."""
    found: dict[Digest, Place] = {}
    for row in rows.values():
        made = built.get(row.digest)
        gather = None if made is None else _gather(rows, made)
        if gather is not None:
            is_of_map = row.task_name.startswith(MAP_EACH)
            for index, digest in enumerate(_makers(gather)):
                if digest in rows:
                    item = _item(rows[digest])
                    found.setdefault(digest, Place(row.digest, index, is_of_map, item))
    return found


def _gather(rows: Mapping[Digest, OperationRow], made: Digest) -> OperationRow | None:
    row = rows.get(made)
    if row is not None and row.task_name.startswith(_CONVERT):
        row = next((rows[each] for each in _makers(row) if each in rows), None)
    return row if row is not None and row.task_name == _GATHER else None


def _makers(row: OperationRow) -> Iterator[Digest]:
    return (each.producer for each in row.counted_inputs if each.producer is not None)


def _item(row: OperationRow) -> InputRow | None:
    """The item is given by position, after what all of them share."""
    counted = [each for each in row.inputs if each.name.isdecimal()]
    return max(counted, key=lambda each: int(each.name), default=None)
