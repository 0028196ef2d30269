"""Steps as their pages show them: found by an address, read, with what they have printed.

They are shown also if their tasks cannot be read here.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from msgspec import structs
from starlette.requests import Request

from funsies.builder.artefact import Artefact
from funsies.client.lookup import find, stored_artefact
from funsies.core.digest import Digest
from funsies.core.graph import Stored
from funsies.core.python_plan import PYTHON
from funsies.history.label_facts import argument_names
from funsies.report.step import PREVIEW_INPUTS
from funsies.run.live_output import decode_tail
from funsies.store.connect import Backend
from funsies.store.graph_reader import unknown
from funsies.store.rows import Found, OperationRow, OperationState, Status, TaskRow

_WHOLE: Final = re.compile("[0-9a-f]{64}")


def named_by(backend: Backend, request: Request) -> Found:
    """The step or value that an address names.

    All hashes that there are have to be looked at for the begin of one: not for one in full.

    Raises:
        UnknownHashError: if there is none, or there are several.
    """
    text = request.path_params["hash"]
    if _WHOLE.fullmatch(text):
        whole = Digest(bytes.fromhex(text))
        if _is_step(backend, whole):
            return Found(whole, is_operation=True)
        if backend.graph.artefact(whole) is not None:
            return Found(whole, is_operation=False)
    return find(backend, text)


def _is_step(backend: Backend, digest: Digest) -> bool:
    """What has a state is a step; the definition of one with very many inputs is large."""
    is_known = backend.graph.states([digest])[0].status is not Status.IDLE
    return is_known or not backend.graph.undefined([digest])


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


class DefinitionCache:
    """Reads definitions once: that of a step with very many inputs is large."""

    def __init__(self) -> None:
        # Pages are written by several threads: the oldest entry must not be removed twice.
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
        (row,) = backend.graph.operations([digest])
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


SHOWN_BYTES: Final = 1 << 16
"""Of each stream."""

STREAMS: Final = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class Printed:
    """What one stream has got.

    Attributes:
        name: of the stream, as ``stdout:0``; ``log`` for all that a function prints.
        text: the end of it.
        is_cut: True if there was more before.
    """

    name: str
    text: str
    is_cut: bool


def printed_by(backend: Backend, step: KnownStep) -> list[Printed]:
    """Read what a step has printed; nothing where it has printed nothing."""
    graph, digest = backend.graph, step.row.digest
    if step.state.status is Status.RUNNING:
        tail = decode_tail(graph.news.tail(digest))
        streams = () if tail is None else tail.streams
        found = [(each.name, each.data, each.start > 0) for each in streams]
    else:
        found = [("log", graph.log(digest) or b"", False)]
    return [
        Printed(
            name, data[-SHOWN_BYTES:].decode(errors="replace"), cut or len(data) > SHOWN_BYTES
        )
        for name, data, cut in found
        if data
    ]


def printed_outputs(step: KnownStep) -> Sequence[str]:
    """The outputs of a shell step that have what its commands printed."""
    results = zip(step.outputs, step.state.results, strict=False)
    return [
        name
        for (_, name), result in results
        if result.ok and result.size_bytes and name.partition(":")[0] in STREAMS
    ]
