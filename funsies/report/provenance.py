"""Where a result comes from, as a tree: a step, its inputs, the steps that make them, ..."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.text import Text

from funsies.client.volatile import is_volatile
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.python_plan import PYTHON
from funsies.history.closure import read_closure
from funsies.history.label_facts import argument_names
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.outcomes import FAILED, statuses_of
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.graph_reader import unknown
from funsies.store.rows import InputRow, OperationRow

from .console import status_text
from .step import kept_apart, preview

MAX_INPUTS: Final = 20
"""Of a step with more inputs, the first are shown."""


@dataclass(slots=True)
class Origin:
    """A step, or an input that was given, and where its own inputs come from.

    Attributes:
        input: name of the input that it is; "" for the root.
        hash: of the step, or of the given value.
        label: what the step is called, or the beginning of the value.
        status: how far the step is; None for a value.
        origins: of its inputs.
        is_built: True for what a dynamic step built and went on as, among its ``origins``.
        left_out: number of inputs that are not shown.
        is_above: True if the step is shown with its inputs further up.
        volatile: True if the result comes from a failure of the machinery.
        task: name of the step's task; "" for a value.
        parameter: what the function that takes the input calls it; "" if that is not known.
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
    task: str = ""
    parameter: str = ""


def read_origins(
    backend: Backend,
    operation: Digest,
    depth: int | None = None,
    most: int | None = None,
    labels: Labels = NO_LABELS,
) -> Origin:
    """Find out where the results of a step come from. Each step is told in full once.

    What a dynamic step built is told after its inputs.

    Args:
        backend: where it is stored.
        operation: its address.
        depth: how many steps deep; None for all.
        most: so many steps at most, the nearest; None for all.
        labels: what steps are called; the others are shown by the names of their tasks.

    Raises:
        UnknownHashError: if the server does not know the step.
    """
    closure = read_closure(
        backend,
        [operation],
        depth=sys.maxsize if depth is None else depth,
        most=sys.maxsize if most is None else most,
        most_inputs=MAX_INPUTS,
    )
    rows = closure.rows
    if operation not in rows:
        raise unknown("step", operation)
    digests = list(rows)
    states = backend.graph.states(digests)
    statuses = statuses_of(backend, digests, states)
    told = {
        digest: (status, is_volatile(state))
        for digest, status, state in zip(digests, statuses, states, strict=True)
    }
    reader = _Reader(
        rows,
        closure.built,
        told,
        _previews(backend, rows.values()),
        labels=labels,
        parameters=_parameters(backend, rows.values()),
    )
    return reader.read(operation)


class _Reader:
    """Builds the tree, without recursion: a workflow may be a chain of thousands of steps."""

    def __init__(
        self,
        rows: Mapping[Digest, OperationRow],
        built: Mapping[Digest, Digest],
        statuses: Mapping[Digest, tuple[str, bool]],
        previews: Mapping[Digest, str],
        *,
        labels: Labels,
        parameters: Mapping[Digest, Mapping[str, str]],
    ) -> None:
        self._rows = rows
        self._built = built
        self._statuses = statuses
        self._previews = previews
        self._labels = labels
        self._parameters = parameters
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
        said = self._parameters.get(row.task, {})
        for shown in origin.origins:
            shown.parameter = said.get(shown.input, "")
        built = self._built.get(row.digest)
        if built is not None and built in self._rows:
            steps.append((self._step("built", built), built))
            steps[-1][0].is_built = True
            origin.origins.append(steps[-1][0])
        return steps

    def _step(self, name: str, digest: Digest) -> Origin:
        row = self._rows[digest]
        status, volatile = self._statuses[digest]
        label = self._labels.texts.get(digest, row.task_name)
        task = row.task_name
        return Origin(name, digest.hex(), label, status, volatile=volatile, task=task)

    def _value(self, row: InputRow) -> Origin:
        return Origin(row.name, row.artefact.hex(), self._previews[row.artefact], None)


def _parameters(
    backend: Backend, rows: Iterable[OperationRow]
) -> dict[Digest, Mapping[str, str]]:
    """What functions call their inputs, by task; steps of one function have it in common."""
    numbered = (
        row.task
        for row in rows
        if any(each.name.isdecimal() for each in row.counted_inputs[:MAX_INPUTS])
    )
    tasks = {each: backend.graph.task(each, PYTHON) for each in dict.fromkeys(numbered)}
    return {each: argument_names(row) for each, row in tasks.items() if row is not None}


def _previews(backend: Backend, rows: Iterable[OperationRow]) -> dict[Digest, str]:
    """The beginnings of all values that were given, by the addresses of the artefacts."""
    shown = [each for row in rows for each in row.counted_inputs[:MAX_INPUTS]]
    found = kept_apart(backend.graph, shown)
    given = {
        each.artefact: (each.content, each.wire)
        for each in shown
        if each.producer is None and each.content is not None and not each.large
    }
    for batch in batches(list(given.items())):
        contents = backend.graph.contents([content for _, (content, _) in batch])
        for (artefact, (_, wire)), data in zip(batch, contents, strict=True):
            found[artefact] = "(missing)" if data is None else preview(data, wire)
    return found


def as_json(root: Origin) -> dict[str, Any]:
    """The same for programs: steps by hash, each with its inputs."""
    steps: dict[str, Any] = {}
    stack = [root]
    while stack:
        origin = stack.pop()
        if origin.status is None or origin.is_above:
            continue
        steps[origin.hash] = {
            "task": origin.task,
            "label": origin.label,
            "status": origin.status,
            "volatile": origin.volatile,
            "inputs": [_input(each) for each in origin.origins if not each.is_built],
            "built": next((each.hash for each in origin.origins if each.is_built), None),
            "left_out": origin.left_out,
        }
        stack += reversed(origin.origins)
    return {"root": root.hash, "steps": steps}


def _input(origin: Origin) -> dict[str, Any]:
    said = {"name": origin.input, "parameter": origin.parameter or None}
    if origin.status is None:
        return {**said, "artefact": origin.hash, "value": origin.label}
    return {**said, "made_by": origin.hash}


GUIDED_LEVELS: Final = 50
"""What is deeper begins with its depth: lines of a long chain would be as long as it is."""

_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True)
class _Guides:
    """How the lines are drawn that lead to a step: for those that go on, and at the last."""

    passing: str
    nothing: str
    fork: str
    end: str


_UNICODE: Final = _Guides("│   ", "    ", "├── ", "└── ")
_ASCII: Final = _Guides("|   ", "    ", "+-- ", "`-- ")


@dataclass(slots=True)
class TreeSummary:
    """What a tree that was shown has in it.

    Attributes:
        steps: how many, each counted once.
        has_failed: True if one of them has failed.
    """

    steps: int = 0
    has_failed: bool = False

    def note(self, origin: Origin) -> None:
        """Take note of what is shown."""
        self.steps += origin.status is not None and not origin.is_above
        self.has_failed |= origin.status == FAILED


def tree_lines(root: Origin, summary: TreeSummary, *, is_ascii: bool = False) -> Iterator[Text]:
    """Lay a tree out for a terminal, without recursion.

    Args:
        root: the tree.
        summary: takes note of what is shown.
        is_ascii: True for a terminal that knows no other characters.
    """
    guides = _ASCII if is_ascii else _UNICODE
    stack: list[tuple[Origin | int, str, str, int]] = [(root, "", "", 0)]
    while stack:
        origin, before, joint, depth = stack.pop()
        start = _start(before, joint, depth)
        if isinstance(origin, int):
            yield Text(f"{start}... {origin} more", style="dim")
            continue
        summary.note(origin)
        yield Text.assemble((start, "dim"), _line(origin))
        if depth:
            before = before[-GUIDED_LEVELS * _COLUMNS :]
            before += guides.nothing if joint == guides.end else guides.passing
        parts: list[Origin | int] = [
            *origin.origins,
            *([origin.left_out] * (origin.left_out > 0)),
        ]
        joints = [*[guides.fork] * (len(parts) - 1), guides.end]
        found = [
            (part, before, each, depth + 1) for part, each in zip(parts, joints, strict=False)
        ]
        stack += reversed(found)


def _start(before: str, joint: str, depth: int) -> str:
    if depth <= GUIDED_LEVELS:
        return before + joint
    return f"{depth:>{_COLUMNS * 2},} deep: {joint}"


def _line(origin: Origin) -> Text:
    called = origin.parameter or origin.input
    name = f"{printable(called)}: " if called else ""
    if origin.status is None:
        return Text.assemble(
            (name, "dim"), origin.label, (f"  {short_hash(origin.hash)}", "dim")
        )
    above = "  (see above)" if origin.is_above else ""
    return Text.assemble(
        (name, "italic" if origin.is_built else "dim"),
        (printable(origin.label), "bold"),
        (f"  {short_hash(origin.hash)}  ", "dim"),
        status_text(origin.status, volatile=origin.volatile),
        (above, "dim"),
    )
