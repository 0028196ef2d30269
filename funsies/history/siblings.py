"""What tells steps of one task name from each other: their inputs, and those of makers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from funsies.core.digest import Digest
from funsies.store.rows import InputRow, OperationRow

Key = tuple[str, str]
"""Name of a task, and of one of its inputs."""

COMMAND = ""
"""In the place of an input's name: what differs in the text of a command."""


class Siblings(msgspec.Struct, frozen=True):
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


MAP_EACH: Final = "map_each:"
"""How the names of its steps begin."""

_GATHER: Final = "gather"
_CONVERT: Final = "convert:"


class ItemPlace(msgspec.Struct, frozen=True):
    """Where an item is.

    Attributes:
        parent: the dynamic step that made a step of it.
        index: where it is in the list.
        is_of_map: True if ``map_each`` went over the list.
        item: its value, as an input.
    """

    parent: Digest
    index: int
    is_of_map: bool
    item: InputRow | None


def places_of(
    rows: Mapping[Digest, OperationRow], built: Mapping[Digest, Digest]
) -> dict[Digest, ItemPlace]:
    """Find the steps that dynamic ones made of the items of lists."""
    found: dict[Digest, ItemPlace] = {}
    for row in rows.values():
        made = built.get(row.digest)
        gather = None if made is None else _gather(rows, made)
        if gather is not None:
            is_of_map = row.task_name.startswith(MAP_EACH)
            for index, digest in enumerate(_makers(gather)):
                if digest in rows:
                    item = _item(rows[digest])
                    found.setdefault(digest, ItemPlace(row.digest, index, is_of_map, item))
    return found


def _gather(rows: Mapping[Digest, OperationRow], made: Digest) -> OperationRow | None:
    row = rows.get(made)
    if row is not None and row.task_name.startswith(_CONVERT):
        row = next((rows[each] for each in _makers(row) if each in rows), None)
    return row if row is not None and row.task_name == _GATHER else None


def _makers(row: OperationRow) -> Iterator[Digest]:
    return (each.producer for each in row.counted_inputs if each.producer is not None)


def _item(row: OperationRow) -> InputRow | None:
    """The item is given by position, after what all of them share."""
    counted = [each for each in row.inputs if each.name.isdecimal()]
    return max(counted, key=lambda each: int(each.name), default=None)


MOST_WORDS: Final = 8
"""So many are handed on from step to step: a label has no room for more."""

MOST_JOINED: Final = 4
"""Of so many makers that contradict each other, each is named; of more, none."""

MOST_INPUTS: Final = 32
"""Of more inputs than these nobody can tell which matter."""

Words = dict[Key, str]


class Facts(msgspec.Struct, frozen=True):
    """What is known besides the steps themselves.

    Attributes:
        words: of given values, by their addresses as artefacts.
        paths: of files that were put, by the same.
        parameters: what functions call their inputs, by name of task and of input.
        commands: texts of shell commands, by address of the task.
    """

    words: Mapping[Digest, str] = msgspec.field(default_factory=dict)
    paths: Mapping[Digest, str] = msgspec.field(default_factory=dict)
    parameters: Mapping[Key, str] = msgspec.field(default_factory=dict)
    commands: Mapping[Digest, str] = msgspec.field(default_factory=dict)


class SiblingWords:
    """Words for each step, handed on from makers to users, without recursion.

    Args:
        rows: steps, each after those that make its inputs.
        kin: siblings among them, by the name of their task.
        facts: what is known besides.
    """

    def __init__(
        self, rows: Mapping[Digest, OperationRow], kin: Mapping[str, Siblings], facts: Facts
    ) -> None:
        self._kin = kin
        self._facts = facts
        self._own: dict[Digest, Words] = {}
        self._all: dict[Digest, Words] = {}
        self._commands = _differences(kin.values(), facts.commands)
        for row in rows.values():
            self._tell(row)

    def own(self, row: OperationRow) -> Words:
        """What differs in the call itself."""
        return self._own.get(row.digest, {})

    def all(self, row: OperationRow) -> Words:
        """That, and what the makers of its inputs hand on."""
        return self._all.get(row.digest, {})

    def _tell(self, row: OperationRow) -> None:
        siblings = self._kin.get(row.task_name)
        own = {} if siblings is None else dict(self._own_words(row, siblings))
        if own:
            self._own[row.digest] = own
        handed_on = self._handed_on(row)
        if not own:
            self._all[row.digest] = handed_on
        elif len(own) >= MOST_WORDS or not handed_on:
            self._all[row.digest] = own
        else:
            others = [item for item in handed_on.items() if item[0] not in own]
            self._all[row.digest] = own | dict(others[: MOST_WORDS - len(own)])

    def _own_words(self, row: OperationRow, siblings: Siblings) -> Iterator[tuple[Key, str]]:
        facts = self._facts
        for each in row.counted_inputs if len(row.inputs) <= MOST_INPUTS else ():
            if each.name in siblings.telling:
                word = facts.paths.get(each.artefact) or facts.words.get(each.artefact)
                if word is not None:
                    yield (row.task_name, each.name), word
        if row.task in self._commands:
            yield (row.task_name, COMMAND), self._commands[row.task]

    def _handed_on(self, row: OperationRow) -> Words:
        makers = {each.producer: each.name for each in row.inputs if each.producer is not None}
        if not makers:
            return {}
        if len(makers) == 1:
            return self._all.get(next(iter(makers)), {})
        return self._joined(row, makers)

    def _joined(self, row: OperationRow, makers: Mapping[Digest, str]) -> Words:
        """What the makers agree on; where few of them do not, what each of them says."""
        joined: Words = {}
        clashing: set[Key] = set()
        last: Words | None = None
        for each in makers:
            words = self._all.get(each, {})
            if words is last:
                continue
            last = words
            for key, word in words.items():
                if joined.setdefault(key, word) != word:
                    clashing.add(key)
        if not clashing:
            return dict(list(joined.items())[:MOST_WORDS])
        found = dict(self._each(row, makers, clashing)) if len(makers) <= MOST_JOINED else {}
        found |= {key: word for key, word in joined.items() if key not in clashing}
        return dict(list(found.items())[:MOST_WORDS])

    def _each(
        self, row: OperationRow, makers: Mapping[Digest, str], clashing: set[Key]
    ) -> Iterator[tuple[Key, str]]:
        for maker, name in makers.items():
            words = self._all.get(maker, {})
            said = dict.fromkeys(word for key, word in words.items() if key in clashing)
            if said:
                yield (row.task_name, name), "/".join(said)


def _differences(kin: Iterable[Siblings], commands: Mapping[Digest, str]) -> dict[Digest, str]:
    """The words of commands that not all siblings have, by address of the task."""
    found: dict[Digest, str] = {}
    for siblings in kin:
        texts = {task: commands[task].split() for task in siblings.tasks if task in commands}
        if len(texts) > 1:
            common = set.intersection(*map(set, texts.values()))
            said = {task: _without(words, common) for task, words in texts.items()}
            found |= {task: text for task, text in said.items() if text}
    return found


def _without(words: list[str], common: set[str]) -> str:
    """What is left of a command; an option keeps its name: ``--seed 3``."""
    left: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if word not in common:
            left += [before] if before.startswith("-") and before in common else []
            left.append(word)
    return " ".join(left)
