"""Where a result comes from, as a tree: a step, its inputs, the steps that make them, ..."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.text import Text
from rich.tree import Tree

from funsies.client.volatile import is_volatile
from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow

from .colours import status_text
from .delegation import built_by
from .graph.reading import statuses_of
from .run_steps import FAILED
from .step import preview

MAX_INPUTS: Final = 20
"""Of a step with more inputs, the first are shown."""


@dataclass(slots=True)
class Origin:
    """A step, or an input that was given, and where its own inputs come from.

    Attributes:
        input: name of the input that it is; "" for the root.
        hash: of the step, or of the given value.
        label: name of the task, or the beginning of the value.
        status: how far the step is; None for a value.
        origins: of its inputs.
        is_built: True for what a dynamic step built and went on as, among its ``origins``.
        left_out: number of inputs that are not shown.
        is_above: True if the step is shown with its inputs further up.
        volatile: True if the result comes from a failure of the machinery.
    """

    input: str
    hash: str
    label: str
    status: str | None
    origins: list[Origin] = field(default_factory=list)
    is_built: bool = False
    left_out: int = 0
    is_above: bool = False
    volatile: bool = False


def read_origins(backend: Backend, operation: Digest, depth: int | None = None) -> Origin:
    """Find out where the results of a step come from. Each step is told in full once.

    What a dynamic step built is told after its inputs.

    Args:
        backend: where it is stored.
        operation: its address.
        depth: how many steps deep; None for all.

    Raises:
        UnknownHashError: if the server does not know the step.
    """
    rows, built = _rows(backend, operation, depth)
    if operation not in rows:
        raise UnknownHashError(f"the server does not know step {operation.hex()[:10]}")
    digests = list(rows)
    states = backend.graph.states(digests)
    statuses = statuses_of(backend, digests, states)
    told = {
        digest: (status, is_volatile(state))
        for digest, status, state in zip(digests, statuses, states, strict=True)
    }
    reader = _Reader(backend, rows, built, told)
    return reader.read(operation)


def _rows(
    backend: Backend, operation: Digest, depth: int | None
) -> tuple[dict[Digest, OperationRow], dict[Digest, Digest]]:
    rows: dict[Digest, OperationRow] = {}
    built: dict[Digest, Digest] = {}
    level = [operation]
    while level and (depth is None or depth >= 0):
        found = [row for row in backend.graph.operations(level) if row is not None]
        rows |= {row.digest: row for row in found}
        made = built_by(backend, found)
        shown = [each.producer for row in found for each in row.counted_inputs[:MAX_INPUTS]]
        above = dict.fromkeys([*shown, *made.values()])
        level = [each for each in above if each is not None and each not in rows]
        built |= made
        depth = None if depth is None else depth - 1
    return rows, built


class _Reader:
    """Builds the tree, without recursion: a workflow may be a chain of thousands of steps."""

    def __init__(
        self,
        backend: Backend,
        rows: Mapping[Digest, OperationRow],
        built: Mapping[Digest, Digest],
        statuses: Mapping[Digest, tuple[str, bool]],
    ) -> None:
        self._backend = backend
        self._rows = rows
        self._built = built
        self._statuses = statuses
        self._told: set[Digest] = set()

    def read(self, operation: Digest) -> Origin:
        root = self._step("", operation)
        stack = [(root, operation)]
        while stack:
            origin, digest = stack.pop()
            row = self._rows[digest]
            if digest in self._told:
                origin.is_above = bool(row.inputs)
                continue
            self._told.add(digest)
            stack += reversed(self._tell(origin, row))
        return root

    def _tell(self, origin: Origin, row: OperationRow) -> list[tuple[Origin, Digest]]:
        """Add what a step comes from; return the steps among it."""
        origin.left_out = max(0, len(row.inputs) - MAX_INPUTS)
        steps: list[tuple[Origin, Digest]] = []
        for each in row.counted_inputs[:MAX_INPUTS]:
            if each.producer is None:
                origin.origins.append(self._value(each))
            elif each.producer in self._rows:
                steps.append((self._step(each.name, each.producer), each.producer))
                origin.origins.append(steps[-1][0])
            else:
                origin.left_out += 1
        built = self._built.get(row.digest)
        if built is not None and built in self._rows:
            steps.append((self._step("built", built), built))
            steps[-1][0].is_built = True
            origin.origins.append(steps[-1][0])
        return steps

    def _step(self, name: str, digest: Digest) -> Origin:
        row = self._rows[digest]
        status, volatile = self._statuses[digest]
        return Origin(name, digest.hex(), row.task_name, status, volatile=volatile)

    def _value(self, row: InputRow) -> Origin:
        label = "(large)"
        if row.content is not None and not row.large:
            data = self._backend.graph.contents([row.content])[0]
            label = "(missing)" if data is None else preview(data, row.wire)
        return Origin(row.name, row.artefact.hex(), label, None)


def provenance_tree(root: Origin) -> Tree:
    """Lay it out for a terminal."""
    tree = Tree(_line(root), guide_style="dim")
    stack = [(root, tree)]
    while stack:
        origin, branch = stack.pop()
        stack += [(each, branch.add(_line(each))) for each in origin.origins]
        if origin.left_out:
            branch.add(Text(f"... {origin.left_out} more", style="dim"))
    return tree


def _line(origin: Origin) -> Text:
    name = f"{printable(origin.input)}: " if origin.input else ""
    if origin.status is None:
        return Text.assemble((name, "dim"), origin.label, (f"  {origin.hash[:8]}", "dim"))
    above = "  (see above)" if origin.is_above else ""
    return Text.assemble(
        (name, "italic" if origin.is_built else "dim"),
        (printable(origin.label), "bold"),
        (f"  {origin.hash[:8]}  ", "dim"),
        status_text(origin.status, volatile=origin.volatile),
        (above, "dim"),
    )


def has_failed(root: Origin) -> bool:
    """True if a step of the tree has failed."""
    stack = [root]
    while stack:
        origin = stack.pop()
        if origin.status == FAILED:
            return True
        stack += origin.origins
    return False


def as_json(root: Origin) -> dict[str, Any]:
    """The same for programs: steps by hash, each with its inputs."""
    steps: dict[str, Any] = {}
    stack = [root]
    while stack:
        origin = stack.pop()
        if origin.status is None or origin.is_above:
            continue
        steps[origin.hash] = {
            "task": origin.label,
            "status": origin.status,
            "volatile": origin.volatile,
            "inputs": [_input(each) for each in origin.origins if not each.is_built],
            "built": next((each.hash for each in origin.origins if each.is_built), None),
            "left_out": origin.left_out,
        }
        stack += reversed(origin.origins)
    return {"root": root.hash, "steps": steps}


def _input(origin: Origin) -> dict[str, Any]:
    if origin.status is None:
        return {"name": origin.input, "artefact": origin.hash, "value": origin.label}
    return {"name": origin.input, "made_by": origin.hash}
