"""From what tells steps apart to labels: laid out, cut, and each given once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.store.rows import OperationRow

from .calls import Call
from .items import Place
from .words import shortened

LONGEST_LABEL: Final = 60
"""Characters of a label."""


def as_label(text: str) -> str:
    """A text as a label: on one line, printable, and not too long."""
    return shortened(printable(text), LONGEST_LABEL)


def made_label(
    row: OperationRow, calls: Mapping[Digest, Call], place: Place | None, *, is_only: bool
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
