"""Which step of an earlier run a step is to be compared with."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationRow

Rows: TypeAlias = Mapping[Digest, OperationRow]
Labels: TypeAlias = Mapping[Digest, str]
_Key: TypeAlias = tuple[object, ...]
_MOST_LOOKED_AT: Final = 50


def counterparts(
    before: Rows,
    after: Rows,
    labels: Callable[[], tuple[Labels, Labels]],
    given: Mapping[Digest, Digest] = MappingProxyType({}),
) -> dict[Digest, Digest]:
    """Match each step of a run with one of an earlier run; several never with the same.

    It is the same step if that was there; else one with the same task name: that with the same
    inputs, or with the same label, or with most of the inputs, or the next one in order.

    Args:
        before: steps of the earlier run, makers first.
        after: steps of the run, makers first.
        labels: finds out what the earlier steps, and the steps, are called; not asked if the
            inputs say it all.
        given: matches that are known.
    """
    matcher = _Matcher(before, after, given)
    matcher.by_inputs()
    if matcher.is_open:
        matcher.by_label(*labels())
        matcher.by_inputs()  # of what those make that were matched by their labels
        matcher.by_likeness()
    return matcher.found


class _Matcher:
    def __init__(self, before: Rows, after: Rows, given: Mapping[Digest, Digest]) -> None:
        same = {each: each for each in after if each in before}
        self.found: dict[Digest, Digest] = {**same, **given}
        used = set(self.found.values())
        self._left = {each: row for each, row in before.items() if each not in used}
        self._new = [row for each, row in after.items() if each not in self.found]

    @property
    def is_open(self) -> bool:
        """True if there are steps that may still be matched."""
        return bool(self._left) and any(self._unmatched())

    def by_label(self, labels_before: Labels, labels_after: Labels) -> None:
        known: dict[tuple[str, str], list[Digest]] = defaultdict(list)
        for digest, row in self._left.items():
            if digest in labels_before:
                known[row.task_name, labels_before[digest]].append(digest)
        for row in self._unmatched():
            same = known.get((row.task_name, labels_after.get(row.digest, "")), [])
            if len(same) == 1:
                self._match(row, same.pop())

    def by_inputs(self) -> None:
        """Match by task name and all inputs, makers first."""
        known: dict[_Key, deque[Digest]] = defaultdict(deque)
        for digest, row in self._left.items():
            known[self._key(row, {})].append(digest)
        for row in self._unmatched():
            if same := known.get(self._key(row, self.found)):
                self._match(row, same.popleft())

    def by_likeness(self) -> None:
        """Match the rest by task name and as many inputs as possible, then by order."""
        by_input: dict[_Key, list[Digest]] = defaultdict(list)
        by_task: dict[str, deque[Digest]] = defaultdict(deque)
        for digest, row in self._left.items():
            by_task[row.task_name].append(digest)
            for each in row.inputs:
                by_input[row.task_name, *_input_key(each, {})].append(digest)
        for row in self._unmatched():
            alike = self._most_alike(row, by_input) or self._next(by_task[row.task_name])
            if alike is not None:
                self._match(row, alike)

    def _most_alike(
        self, row: OperationRow, by_input: Mapping[_Key, list[Digest]]
    ) -> Digest | None:
        votes: Counter[Digest] = Counter()
        for each in row.inputs:
            some = by_input.get((row.task_name, *_input_key(each, self.found)), ())
            votes.update(one for one in some[:_MOST_LOOKED_AT] if one in self._left)
        return votes.most_common(1)[0][0] if votes else None

    def _next(self, candidates: deque[Digest]) -> Digest | None:
        while candidates:
            first = candidates.popleft()
            if first in self._left:
                return first
        return None

    def _unmatched(self) -> Iterable[OperationRow]:
        return (row for row in self._new if row.digest not in self.found)

    def _match(self, row: OperationRow, former: Digest) -> None:
        self.found[row.digest] = former
        del self._left[former]

    def _key(self, row: OperationRow, same: Mapping[Digest, Digest]) -> _Key:
        return row.task_name, *(_input_key(each, same) for each in row.inputs)


def _input_key(row: InputRow, same: Mapping[Digest, Digest]) -> _Key:
    """What an input is, where steps stand for those that they are matched with."""
    if row.producer is None:
        return row.name, row.artefact
    return row.name, same.get(row.producer, row.producer), row.index
