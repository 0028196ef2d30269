"""What people call the steps of a run: labels, computed when they are read, never stored.

The arguments that differ among siblings are laid out as those of a call
(``sample=S3, depth=30``), cut, and each label is given once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

import msgspec

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

from .closure import Closure
from .label_facts import read_facts, read_said, shortened
from .siblings import (
    COMMAND,
    Facts,
    ItemPlace,
    Key,
    Siblings,
    SiblingWords,
    Words,
    families,
    places_of,
)

Call = tuple[str, ...]
"""Arguments, as they are shown."""


def calls_of(siblings: Siblings, telling: SiblingWords, facts: Facts) -> dict[Digest, Call]:
    """The arguments of each sibling: those of its own, and others' if they do not suffice."""
    own = {row.digest: telling.own(row) for row in siblings.rows}
    calls = _calls(own, facts)
    if len(set(calls.values())) == len(siblings.rows):
        return calls
    return _calls({row.digest: telling.all(row) for row in siblings.rows}, facts)


def _calls(words: Mapping[Digest, Words], facts: Facts) -> dict[Digest, Call]:
    numbers = Counter(item for each in words.values() for item in each.items())
    common = {item for item, number in numbers.items() if number == len(words)}
    return {
        digest: _call([item for item in each.items() if item not in common], facts)
        for digest, each in words.items()
    }


def _call(words: list[tuple[Key, str]], facts: Facts) -> Call:
    parts: dict[str, None] = {}
    said: dict[str, str] = {}
    for key, word in words:
        name = _name(key, word, facts)
        if said.setdefault(name, word) != word and name:
            name = f"{key[0]}.{name}"
        parts[f"{name}={word}" if name else word] = None
    return tuple(parts)


def _name(key: Key, word: str, facts: Facts) -> str:
    """What an argument is called; a file whose path ends in its name is not named twice."""
    name = facts.parameters.get(key)
    if name is None:
        is_told = key[1] == COMMAND or PurePath(word).name == key[1]
        name = "" if is_told else key[1]
    return "" if name.isdecimal() else name


LONGEST_LABEL: Final = 60
"""Characters of a label."""


def as_label(text: str) -> str:
    """A text as a label: on one line, printable, and not too long."""
    return shortened(printable(text), LONGEST_LABEL)


def made_label(
    row: OperationRow, calls: Mapping[Digest, Call], place: ItemPlace | None, *, is_only: bool
) -> str:
    """The label of a step that was given none.

    Args:
        row: the step.
        calls: what differs among siblings.
        place: in a list that a dynamic step went over, if it is of an item of one.
        is_only: True if that is the only such list of its siblings.
    """
    call = calls.get(row.digest, ())
    if place is None or (call and not place.is_of_map):
        return _called(row.task_name, call)
    shared = () if is_only else calls.get(place.parent, ())
    return f"{_called(row.task_name, shared)}[{place.index}]"


def _called(name: str, call: Call) -> str:
    return f"{name}({', '.join(call)})" if call else name


class Register:
    """Gives each label once: a second one of the same text is numbered."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def enter(self, text: str, *, is_counted: bool = False) -> str:
        """Take a label, or the first one like it that is free.

        Args:
            text: the label.
            is_counted: True if already the first one has a number.
        """
        label = as_label(text)
        if is_counted or label in self._taken:
            label = self._numbered(label, text, 1 if is_counted else 2)
        self._taken.add(label)
        return label

    def _numbered(self, label: str, text: str, first: int) -> str:
        number = self._next.get(label, first)
        while (found := _with_number(text, number)) in self._taken:
            number += 1
        self._next[label] = number + 1
        return found


def _with_number(text: str, number: int) -> str:
    ending = f"#{number}"
    return shortened(printable(text), LONGEST_LABEL - len(ending)) + ending


class Labels(msgspec.Struct, frozen=True):
    """What steps are called.

    Attributes:
        texts: labels by the addresses of the steps; no two are the same.
        names: names of their tasks.
    """

    texts: Mapping[Digest, str] = msgspec.field(default_factory=dict)
    names: Mapping[Digest, str] = msgspec.field(default_factory=dict)

    def of(self, digest: Digest, task: str = "") -> str:
        """The label of a step, or else the name of its task, or the beginning of its hash.

        Args:
            digest: the step.
            task: name of its task, for a step that is not among them.
        """
        known = self.texts.get(digest) or as_label(self.names.get(digest, task))
        return known or short_hash(digest)

    def of_hash(self, text: str | None) -> str | None:
        """The label of a step by its whole hash; None if it is not among them."""
        digest = Digest(bytes.fromhex(text)) if text else None
        return None if digest is None or digest not in self.names else self.of(digest)

    def with_others(self, others: Labels) -> Labels:
        """These, and of steps that are not among them what others say."""
        return Labels({**others.texts, **self.texts}, {**others.names, **self.names})

    def find(self, text: str) -> list[Digest]:
        """The step of a label, or else all steps of the task of that name."""
        wanted = {text, as_label(text)}
        found = [digest for digest, label in self.texts.items() if label in wanted]
        return found or [digest for digest, name in self.names.items() if name == text]


NO_LABELS: Final = Labels()
"""Where nothing is known of the steps around."""


def labels_of(backend: Backend, closure: Closure) -> Labels:
    """Find out what steps are called.

    Args:
        backend: where they are stored.
        closure: the steps, among which each is to be told from its siblings.
    """
    kin = families(closure.rows)
    places = places_of(closure.rows, closure.built)
    said = read_said(backend, closure.rows, places)
    return label_steps(closure.rows, places, read_facts(backend, kin.values()), said)


def label_steps(
    rows: Mapping[Digest, OperationRow],
    places: Mapping[Digest, ItemPlace],
    facts: Facts,
    said: Mapping[Digest, str],
) -> Labels:
    """Call each step by what was said of it, or by what tells it from its siblings.

    Args:
        rows: the steps, each after those that make its inputs.
        places: where those are that were made of items of lists.
        facts: what is known besides.
        said: what steps were called where they were built.
    """
    kin = families(rows)
    telling = SiblingWords(rows, kin, facts)
    calls: dict[Digest, Call] = {}
    for siblings in kin.values():
        calls |= calls_of(siblings, telling, facts)
    lists: dict[str, set[Digest]] = {}
    for digest, place in places.items():
        lists.setdefault(rows[digest].task_name, set()).add(place.parent)
    register = Register()
    texts = {digest: register.enter(said[digest]) for digest in rows if digest in said}
    for digest, row in rows.items():
        if digest not in texts:
            is_only = len(lists.get(row.task_name, ())) <= 1
            text = made_label(row, calls, places.get(digest), is_only=is_only)
            is_bare = row.task_name in kin and text == row.task_name
            texts[digest] = register.enter(text, is_counted=is_bare)
    return Labels(texts, {digest: row.task_name for digest, row in rows.items()})
