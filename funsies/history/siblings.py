"""Siblings: the steps of one task name, and which of their inputs tell them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationRow

Key = tuple[str, str]
"""Name of a task, and of one of its inputs."""

COMMAND = ""
"""In the place of an input's name: what differs in the text of a command."""


@dataclass(frozen=True, slots=True)
class Siblings:
    """All steps of one task name.

    Attributes:
        name: of the task.
        rows: the steps.
        telling: names of inputs that are not the same in all of them.
        tasks: addresses of what they do; there are several if the code or the command differs.
    """

    name: str
    rows: tuple[OperationRow, ...]
    telling: frozenset[str]
    tasks: tuple[Digest, ...]

    @property
    def differ_in_inputs(self) -> bool:
        """True if no two of them have the same inputs."""
        inputs = {tuple((each.name, each.artefact) for each in row.inputs) for row in self.rows}
        return len(inputs) == len(self.rows)

    def constants(self) -> Iterator[InputRow]:
        """The given values that tell them apart."""
        for row in self.rows:
            for each in row.inputs:
                if each.producer is None and each.name in self.telling:
                    yield each


def families(rows: Mapping[Digest, OperationRow]) -> dict[str, Siblings]:
    """Sort steps by the names of their tasks; those without siblings are left out."""
    by_name: dict[str, list[OperationRow]] = {}
    for row in rows.values():
        by_name.setdefault(row.task_name, []).append(row)
    return {name: _family(name, found) for name, found in by_name.items() if len(found) > 1}


def _family(name: str, rows: list[OperationRow]) -> Siblings:
    first: dict[str, Digest] = {}
    numbers: dict[str, int] = {}
    telling: set[str] = set()
    for row in rows:
        for each in row.inputs:
            numbers[each.name] = numbers.get(each.name, 0) + 1
            if first.setdefault(each.name, each.artefact) != each.artefact:
                telling.add(each.name)
    telling.update(each for each, number in numbers.items() if number < len(rows))
    tasks = tuple(dict.fromkeys(row.task for row in rows))
    return Siblings(name, tuple(rows), frozenset(telling), tasks)
