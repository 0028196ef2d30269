"""A step as its page shows it, also if its task cannot be read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.core.python_plan import PYTHON
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow, OperationState


@dataclass(frozen=True, slots=True)
class KnownStep:
    """A step.

    Attributes:
        row: its definition.
        state: how far it is.
        kind: of its task.
        outputs: addresses and names.
    """

    row: OperationRow
    state: OperationState
    kind: str
    outputs: Sequence[tuple[Digest, str]]

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return self.row.digest.hex()


def read_known_step(backend: Backend, digest: Digest) -> KnownStep:
    """Read a step.

    Raises:
        UnknownHashError: if the server does not know it.
    """
    row = backend.graph.operation(digest)
    if row is None:
        raise UnknownHashError(f"the server does not know the step {digest.hex()[:10]}")
    task = backend.graph.task(row.task, PYTHON)
    names = [output.name for output in task.outputs] if task else []
    names += [""] * (len(row.outputs) - len(names))
    state = backend.graph.states([digest])[0]
    kind = "unknown" if task is None else task.kind.value
    return KnownStep(row, state, kind, list(zip(row.outputs, names, strict=False)))
