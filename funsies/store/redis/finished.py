"""Results of finished steps, as an audit has seen them."""

from __future__ import annotations

from funsies.core.digest import Digest
from funsies.store.rows import Damage, Fault, OperationRow, Part, Spot

from .packing import unpack_result


class Finished:
    """One result of a finished step, as it was seen."""

    def __init__(
        self,
        operation: Digest,
        row: OperationRow | None,
        index: int,
        sealed: bytes,
        *,
        state: bytes,
    ) -> None:
        self.operation = operation
        self.index = index
        self.sealed = sealed
        result = unpack_result(sealed)
        self.content: Digest = result.content
        self.is_large: bool = result.large
        self._row = row
        self._state = state

    def damage(self, fault: Fault) -> Damage:
        """What is wrong with it."""
        is_known = self._row is not None and self.index < len(self._row.outputs)
        name = self._row.outputs[self.index] if self._row and is_known else self.operation
        why = b"foreign" if fault is Fault.FOREIGN else b""
        return Damage(
            Part.RESULT,
            fault,
            name.hex(),
            self.operation,
            name_of(self._row),
            Spot(
                "result",
                b"o",
                self.operation,
                self._state,
                (why, b"%d" % self.index),
            ),
            None if fault is Fault.FOREIGN else self.content,
            self.is_large,
        )


def name_of(row: OperationRow | None) -> str:
    """What people call a step; empty if that is not known."""
    return "" if row is None else row.task_name
