"""Why each step of a graph is another than its counterpart, down to the roots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationRow, OperationState

from .changes import Change, ChangeKind
from .model import InputChange, Ran, StepReason
from .reading import Library
from .tasks import TaskComparison

MOST_ROOTS: Final = 8
"""More root causes of a step are counted, and not told."""


@dataclass(frozen=True, slots=True)
class Former:
    """The step that a step is compared with.

    Attributes:
        row: its definition.
        run: number of the run that had it; None if that is not asked.
    """

    row: OperationRow
    run: int | None = None


class Comparison:
    """Compares steps with their counterparts, makers first, so that each knows its roots.

    Args:
        library: reads what is stored.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._tasks = TaskComparison(library)
        self._same: dict[tuple[object, ...], Change] = {}
        self._known: dict[int, tuple[Change, Change]] = {}

    def reasons(
        self,
        rows: Mapping[Digest, OperationRow],
        formers: Mapping[Digest, Former],
        ran: Mapping[Digest, Ran],
        again: Mapping[Digest, Change],
        labels: Mapping[Digest, str],
    ) -> dict[Digest, StepReason]:
        """Compare all steps of a graph.

        Args:
            rows: the steps, makers first.
            formers: what each is compared with; steps without are new.
            ran: what became of each.
            again: why those ran again that are the same as before.
            labels: of steps, as far as they are more than the name of the task.
        """
        states = self._library.states(_needed_states(rows, formers))
        found: dict[Digest, StepReason] = {}
        for digest, row in rows.items():
            changes, inputs = self._compare(row, formers.get(digest), again, states)
            roots = self._roots(changes, inputs, found)
            former = formers.get(digest)
            found[digest] = StepReason(
                digest,
                row.task_name,
                labels.get(digest, row.task_name),
                ran[digest],
                None if former is None else former.row.digest,
                None if former is None else former.run,
                changes,
                inputs,
                tuple(roots[:MOST_ROOTS]),
                max(0, len(roots) - MOST_ROOTS),
            )
        return found

    def _compare(
        self,
        row: OperationRow,
        former: Former | None,
        again: Mapping[Digest, Change],
        states: Mapping[Digest, OperationState],
    ) -> tuple[tuple[Change, ...], tuple[InputChange, ...]]:
        if former is None:
            return (Change(ChangeKind.NEW, row.task_name),), ()
        if former.row.digest == row.digest:
            return ((again[row.digest],) if row.digest in again else ()), ()
        changes = list(self._tasks.changes(row.task_name, former.row.task, row.task))
        inputs: list[InputChange] = []
        for each in self._inputs(row, former.row, states):
            if isinstance(each, Change):
                changes.append(each)
            else:
                inputs.append(each)
        return tuple(changes), tuple(inputs)

    def _inputs(
        self,
        row: OperationRow,
        former: OperationRow,
        states: Mapping[Digest, OperationState],
    ) -> Iterator[Change | InputChange]:
        """Inputs that are not what they were; of those that steps make, which steps."""
        old = {each.name: each for each in former.inputs}
        for each in row.inputs:
            before = old.pop(each.name, None)
            if before is not None and before.artefact == each.artefact:
                continue
            name = self._parameter(row, each.name)
            if each.producer is None:
                yield Change(
                    ChangeKind.INPUT,
                    row.task_name,
                    name,
                    given_before=before,
                    given_after=each,
                )
            else:
                maker = None if before is None else before.producer
                same = None if before is None else _is_same(before, each, states)
                yield InputChange(name, each.producer, maker, same)
        for before in old.values():
            name = self._parameter(former, before.name)
            yield Change(ChangeKind.INPUT, row.task_name, name, given_before=before)

    def _parameter(self, row: OperationRow, name: str) -> str:
        parameters = self._library.ingredients(row.task).get("parameters")
        return str(parameters.get(name, name)) if isinstance(parameters, dict) else name

    def _roots(
        self,
        changes: tuple[Change, ...],
        inputs: tuple[InputChange, ...],
        found: Mapping[Digest, StepReason],
    ) -> list[Change]:
        own = map(self._canonical, changes)
        roots = {id(each): each for each in own}
        for each in inputs:
            above = found.get(each.producer)
            if above is not None and not each.is_same_value:
                roots.update((id(root), root) for root in above.roots)
        return list(roots.values())

    def _canonical(self, change: Change) -> Change:
        """The one object that stands for a root cause: it is told from others at once."""
        known = self._known.get(id(change))
        if known is None:
            same = self._same.setdefault(change.root, change)
            known = self._known[id(change)] = (change, same)  # kept, so that the number is
        return known[1]


def _needed_states(
    rows: Mapping[Digest, OperationRow], formers: Mapping[Digest, Former]
) -> Iterator[Digest]:
    """Steps whose results are compared: those that make inputs which are not the same."""
    for digest, row in rows.items():
        former = formers.get(digest)
        if former is None or former.row.digest == digest:
            continue
        old = {each.artefact for each in former.row.inputs}
        new = {each.artefact for each in row.inputs}
        for some, others in ((former.row.inputs, new), (row.inputs, old)):
            yield from (
                each.producer
                for each in some
                if each.producer is not None and each.artefact not in others
            )


def _is_same(
    before: InputRow, after: InputRow, states: Mapping[Digest, OperationState]
) -> bool | None:
    """Whether two inputs have the same value, as far as both are there."""
    old, new = _content(before, states), _content(after, states)
    return None if old is None or new is None else old == new


def _content(
    row: InputRow, states: Mapping[Digest, OperationState]
) -> tuple[bool, Digest] | None:
    """Whether it is a value, and its address; None if there is none."""
    if row.producer is None:
        return None if row.content is None else (True, row.content)
    state = states.get(row.producer)
    if state is None or not state.status.is_finished or row.index >= len(state.results):
        return None
    result = state.results[row.index]
    return result.ok, result.content
