"""The results of a run, each on a line: hash, step, and the beginning of the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import Error, decode_error
from funsies.core.python_plan import PYTHON
from funsies.history.labels import NO_LABELS, Labels
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow, OperationState, Status, StoredResult, TaskRow

from .step import preview

SHOWN_RESULTS: Final = 10

VOLATILE: Final = "volatile"
"""Said of a finished step whose result comes from a failure of the machinery."""


class ResultView(msgspec.Struct, frozen=True):
    """One result.

    Attributes:
        artefact: its hash.
        name: what the step is called, and the output if there are several.
        value: beginning of the value; None for an error.
        error: in the place of a value.
        volatile: True if it comes from a failure of the machinery.
    """

    artefact: str
    name: str
    value: str | None
    error: Error | None = None
    volatile: bool = False


def results_of(
    backend: Backend, operations: Sequence[Digest], labels: Labels = NO_LABELS
) -> Iterator[ResultView]:
    """Look at the outputs of finished operations.

    Values are left out where another output of the same operation is an error.
    """
    tasks: dict[Digest, TaskRow | None] = {}
    rows = backend.graph.operations(operations)
    for row, state in zip(rows, backend.graph.states(operations), strict=True):
        if row is None or not state.status.is_finished:
            continue
        if row.task not in tasks:
            tasks[row.task] = backend.graph.task(row.task, PYTHON)
        task = tasks[row.task]
        if task is not None:
            label = labels.texts.get(row.digest) or printable(task.name)
            yield from _views(backend, row, task, state, label)


def result_lines(views: Iterable[ResultView]) -> list[str]:
    """Lay out values in columns; errors are left to a report of their own."""
    values = [view for view in views if view.value is not None]
    shown = values[:SHOWN_RESULTS]
    width = max((len(view.name) for view in shown), default=0)
    rows = [
        f"  {short_hash(view.artefact)}  {view.name:<{width}}  {view.value}{_mark(view)}"
        for view in shown
    ]
    more = [f"  ... and {len(values) - len(shown)} more"] if len(values) > len(shown) else []
    return [*_head(shown), *rows, *more]


def _head(shown: Sequence[ResultView]) -> list[str]:
    hashes = [short_hash(view.artefact) for view in shown[:1]]
    return [f"results (print one with its hash: funsies cat {each})" for each in hashes]


def _mark(view: ResultView) -> str:
    return f"  ({VOLATILE})" if view.volatile else ""


def _views(
    backend: Backend, row: OperationRow, task: TaskRow, state: OperationState, label: str
) -> Iterator[ResultView]:
    is_only = len(task.outputs) == 1
    for output, artefact, result in zip(task.outputs, row.outputs, state.results, strict=False):
        name = label if is_only else f"{label} {printable(shown_name(output.name))}"
        if not result.ok:
            yield ResultView(artefact.hex(), name, None, _error(backend, result))
        elif state.status is Status.DONE and (result.size_bytes or is_only):
            value = _value(backend, result, output.wire)
            yield ResultView(artefact.hex(), name, value, volatile=state.volatile)


def shown_name(output: str) -> str:
    """Name of an output for people: the only command of a shell step needs no number.

    >>> shown_name("stdout:0"), shown_name("stdout:1")
    ('stdout', 'stdout:1')
    """
    return output.removesuffix(":0")


def _value(backend: Backend, result: StoredResult, wire: str) -> str:
    if result.large:
        return f"({result.size_bytes:,} bytes)"
    data = backend.graph.contents([result.content])[0]
    return "(missing)" if data is None else preview(data, wire)


def _error(backend: Backend, result: StoredResult) -> Error | None:
    data = backend.graph.contents([result.content])[0]
    return None if data is None else decode_error(data)
