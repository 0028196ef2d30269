"""What tells steps from their siblings: their own inputs, and those of their makers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from funsies.core.digest import Digest
from funsies.store.rows import OperationRow

from .siblings import COMMAND, Key, Siblings

MOST_WORDS: Final = 8
"""So many are handed on from step to step: a label has no room for more."""

MOST_JOINED: Final = 4
"""Of so many makers that contradict each other, each is named; of more, none."""

MOST_INPUTS: Final = 32
"""Of more inputs than these nobody can tell which matter."""

Words = dict[Key, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the steps themselves.

    Attributes:
        words: of given values, by their addresses as artefacts.
        paths: of files that were put, by the same.
        parameters: what functions call their inputs, by name of task and of input.
        commands: texts of shell commands, by address of the task.
    """

    words: Mapping[Digest, str] = field(default_factory=dict)
    paths: Mapping[Digest, str] = field(default_factory=dict)
    parameters: Mapping[Key, str] = field(default_factory=dict)
    commands: Mapping[Digest, str] = field(default_factory=dict)


class Telling:
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
