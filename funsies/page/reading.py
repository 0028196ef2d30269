"""Steps as their pages show them, also if their tasks cannot be read here."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from msgspec import structs

from funsies.builder.artefact import Artefact
from funsies.client.lookup import stored_artefact
from funsies.core.digest import Digest
from funsies.core.graph import Stored
from funsies.core.python_plan import PYTHON
from funsies.history.parameters import argument_names
from funsies.report.step import PREVIEW_INPUTS
from funsies.store.connect import Backend
from funsies.store.reader import unknown
from funsies.store.rows import OperationRow, OperationState, TaskRow

MOST_KEPT: Final = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Definition:
    """What never changes of a step.

    Attributes:
        row: as it is stored, with the first of its inputs.
        number_of_inputs: of all of them.
        kind: of its task.
        outputs: addresses and names.
        arguments: what those of its inputs are called that have no name of their own.
    """

    row: OperationRow
    number_of_inputs: int
    kind: str
    outputs: Sequence[tuple[Digest, str]]
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownStep:
    """A step.

    Attributes:
        definition: what never changes of it.
        state: how far it is.
    """

    definition: Definition
    state: OperationState

    @property
    def row(self) -> OperationRow:
        """As it is stored, with the first of its inputs."""
        return self.definition.row

    @property
    def kind(self) -> str:
        """The kind of its task."""
        return self.definition.kind

    @property
    def outputs(self) -> Sequence[tuple[Digest, str]]:
        """Addresses and names of what it makes."""
        return self.definition.outputs

    @property
    def hash(self) -> str:
        """Its address, 64 hexadecimal digits."""
        return self.row.digest.hex()


class Definitions:
    """Reads definitions once: that of a step with very many inputs is large."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Digest, Definition] = {}
        self._artefacts: dict[Digest, Artefact[Any]] = {}

    def read(self, backend: Backend, digest: Digest) -> Definition:
        """The definition of a step.

        Raises:
            UnknownHashError: if the server does not know it.
        """
        found = self.find(backend, digest)
        if found is None:
            raise unknown("step", digest)
        return found

    def find(self, backend: Backend, digest: Digest) -> Definition | None:
        """The same; None if the server does not know it."""
        with self._lock:
            known = self._kept.get(digest)
        return known or self._read(backend, digest)

    def step(self, backend: Backend, digest: Digest) -> KnownStep:
        """A step, as far as it is now.

        Raises:
            UnknownHashError: if the server does not know it.
        """
        return KnownStep(self.read(backend, digest), backend.graph.states([digest])[0])

    def _read(self, backend: Backend, digest: Digest) -> Definition | None:
        row = backend.graph.operation(digest)
        if row is None:
            return None
        task = backend.graph.task(row.task, PYTHON)
        found = _defined(row, task)
        if task is not None:  # else it may be known later
            self._keep(self._kept, digest, found)
        return found

    def artefact(self, backend: Backend, digest: Digest) -> Artefact[Any]:
        """How a value is read.

        Raises:
            UnknownHashError: if the server does not know it.
        """
        with self._lock:
            known = self._artefacts.get(digest)
        if known is not None:
            return known
        found = stored_artefact(backend, digest)
        if isinstance(found.reference, Stored):  # a constant would have its bytes with it
            self._keep(self._artefacts, digest, found)
        return found

    def _keep(self, kept: dict[Digest, T], digest: Digest, found: T) -> None:
        with self._lock:
            kept[digest] = found
            if len(kept) > MOST_KEPT:
                del kept[next(iter(kept))]


def _defined(row: OperationRow, task: TaskRow | None) -> Definition:
    names = [output.name for output in task.outputs] if task else []
    names += [""] * (len(row.outputs) - len(names))
    first = tuple(row.counted_inputs[:PREVIEW_INPUTS])
    said = {} if task is None else argument_names(task)
    return Definition(
        structs.replace(row, inputs=first),
        len(row.inputs),
        "unknown" if task is None else task.kind.value,
        list(zip(row.outputs, names, strict=False)),
        {each.name: said[each.name] for each in first if each.name in said},
    )
