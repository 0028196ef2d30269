"""Why each step of a graph is another than its counterpart, down to the roots."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from msgspec import structs

from funsies.core.digest import Digest
from funsies.store.batches import batches
from funsies.store.rows import InputRow, OperationRow, OperationState, Status

from .model import TOLD, Change, ChangeKind, InputChange, Ran, StepReason
from .store_view import StoreView
from .tasks import TaskComparison


def is_same(
    before: InputRow, after: InputRow, states: Mapping[Digest, OperationState]
) -> bool | None:
    """Compare two inputs by their contents; None if one of them is not there.

    Args:
        before: the input as it was.
        after: as it is.
        states: of the steps that make them.
    """
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


_VOLATILE: Final = Change(ChangeKind.VOLATILE)


def why_anew(
    former: OperationRow, inputs: Iterable[InputChange], state: OperationState | None
) -> Change | None:
    """Tell that the former step had failed: its result is taken over, and an error is not.

    Args:
        former: the step before, of which nothing else is another.
        inputs: those that are made otherwise than before.
        state: of the former step, if it was read.

    Returns:
        None if that is not why.
    """
    if state is None or state.status is not Status.FAILED:
        return None
    if not all(each.is_same_value for each in inputs):
        return None
    return _VOLATILE if state.volatile else Change(ChangeKind.FAILED, former.task_name)


FEW: Final = 16
"""Inputs of a step with no more than these are compared one by one."""

Pair = tuple[InputChange, InputRow, InputRow]
"""What is told of an input, the input as it was, and as it is."""


def settled(
    view: StoreView, pairs: Sequence[Pair], found: Mapping[Digest, StepReason]
) -> Iterator[InputChange]:
    """Tell of inputs that are made for the same causes whether any has another value.

    One that has makes these a cause of the step, so that the others are not looked at.

    Args:
        view: reads what is stored.
        pairs: inputs of one step.
        found: the reasons of the steps that make them.
    """
    by_roots: dict[tuple[int, ...], list[Pair]] = {}
    for each in pairs:
        above = found.get(each[0].producer)
        by_roots.setdefault(() if above is None else tuple(map(id, above.roots)), []).append(
            each
        )
    for some in by_roots.values():
        same = _are_same(view, some)
        yield from (structs.replace(change, is_same_value=same) for change, _, _ in some)


def _are_same(view: StoreView, pairs: Sequence[Pair]) -> bool | None:
    """False if one is another than before; None if none is, as far as that is known."""
    answers: set[bool | None] = set()
    for some in _growing(pairs):
        makers = (each.producer for _, *rows in some for each in rows if each.producer)
        states = view.states(makers)
        answers.update(is_same(before, after, states) for _, before, after in some)
        if False in answers:
            return False
    return None if None in answers else True


def _growing(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """The first few, which mostly say it all, then the others, many at a time."""
    yield pairs[:FEW]
    yield from batches(pairs[FEW:])


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
        view: reads what is stored.
        for_groups: True if only the causes are wanted: of a step with many inputs not each is
            compared, as long as it is known which causes it has.
    """

    def __init__(self, view: StoreView, *, for_groups: bool = False) -> None:
        self._view = view
        self._for_groups = for_groups
        self._tasks = TaskComparison(view)
        self._same: dict[tuple[object, ...], Change] = {}
        self._known: dict[int, tuple[Change, Change]] = {}

    def reasons(
        self,
        rows: Mapping[Digest, OperationRow],
        formers: Mapping[Digest, Former],
        ran: Mapping[Digest, Ran],
        again: Mapping[Digest, Change],
    ) -> dict[Digest, StepReason]:
        """Compare all steps of a graph.

        Args:
            rows: the steps, makers first.
            formers: what each is compared with; steps without are new.
            ran: what became of each.
            again: why those ran again that are the same as before.
        """
        most = FEW if self._for_groups else sys.maxsize
        compared = _needed_states(rows, formers, most)
        taken = _may_have_failed(rows, formers, ran)
        states = self._view.states(chain(compared, taken))
        found: dict[Digest, StepReason] = {}
        for digest, row in rows.items():
            former = formers.get(digest)
            changes, inputs = self._compare(row, former, again, states, found)
            if former is not None and inputs and not changes and ran[digest] in TOLD:
                failed = why_anew(former.row, inputs, states.get(former.row.digest))
                changes = () if failed is None else (failed,)
            roots = self._roots(changes, inputs, found)
            found[digest] = StepReason(
                digest,
                row.task_name,
                row.task_name,
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
        found: Mapping[Digest, StepReason],
    ) -> tuple[tuple[Change, ...], tuple[InputChange, ...]]:
        if former is None:
            return (Change(ChangeKind.NEW, row.task_name),), ()
        if former.row.digest == row.digest:
            return ((again[row.digest],) if row.digest in again else ()), ()
        changes = list(self._tasks.changes(row.task_name, former.row.task, row.task))
        inputs: list[InputChange] = []
        pairs: list[Pair] = []
        for name, before, after in self._others(row, former.row):
            if after is None or after.producer is None:
                changes.append(_given(row, name, before, after))
            elif before is None:
                inputs.append(InputChange(name, after.producer, None))
            else:
                pairs.append(
                    (InputChange(name, after.producer, before.producer), before, after)
                )
        return tuple(changes), (*inputs, *self._compared(pairs, states, found))

    def _compared(
        self,
        pairs: list[Pair],
        states: Mapping[Digest, OperationState],
        found: Mapping[Digest, StepReason],
    ) -> Iterator[InputChange]:
        """Inputs that other steps make than before, and whether the value is the same."""
        if self._for_groups and len(pairs) > FEW:
            return settled(self._view, pairs, found)
        return (
            structs.replace(each, is_same_value=is_same(before, after, states))
            for each, before, after in pairs
        )

    def _others(
        self, row: OperationRow, former: OperationRow
    ) -> Iterator[tuple[str, InputRow | None, InputRow | None]]:
        """Inputs that are not what they were: name, the former one, and the one that is."""
        old = {each.name: each for each in former.inputs}
        for each in row.inputs:
            before = old.pop(each.name, None)
            if before is None or before.artefact != each.artefact:
                yield self._parameter(row, each.name), before, each
        for before in old.values():
            yield self._parameter(former, before.name), before, None

    def _parameter(self, row: OperationRow, name: str) -> str:
        parameters = self._view.ingredients(row.task).get("parameters")
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


def _given(
    row: OperationRow, name: str, before: InputRow | None, after: InputRow | None
) -> Change:
    kind = ChangeKind.INPUT
    return Change(kind, row.task_name, name, given_before=before, given_after=after)


def _needed_states(
    rows: Mapping[Digest, OperationRow], formers: Mapping[Digest, Former], most: int
) -> Iterator[Digest]:
    """Steps whose results are compared: those that make inputs which are not the same.

    Args:
        rows: the steps.
        formers: what each is compared with.
        most: those of steps that have more such inputs are left out.
    """
    for digest, row in rows.items():
        former = formers.get(digest)
        if former is None or former.row.digest == digest:
            continue
        old = {each.artefact for each in former.row.inputs}
        new = {each.artefact for each in row.inputs}
        if len(new - old) > most:
            continue
        for some, others in ((former.row.inputs, new), (row.inputs, old)):
            yield from (
                each.producer
                for each in some
                if each.producer is not None and each.artefact not in others
            )


def _may_have_failed(
    rows: Mapping[Digest, OperationRow],
    formers: Mapping[Digest, Former],
    ran: Mapping[Digest, Ran],
) -> Iterator[Digest]:
    """Steps before whose error may be why a step ran: those of the same task."""
    for digest, row in rows.items():
        former = formers.get(digest)
        if former is None or former.row.digest == digest or former.row.task != row.task:
            continue
        if ran[digest] in TOLD:
            yield former.row.digest
