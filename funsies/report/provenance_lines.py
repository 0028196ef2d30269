"""Where a result comes from, as a tree of any depth, one line of text after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.text import Text

from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.history.outcomes import FAILED

from .colours import status_text
from .provenance import Origin

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
class Survey:
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


def tree_lines(root: Origin, survey: Survey, *, is_ascii: bool = False) -> Iterator[Text]:
    """Lay a tree out for a terminal, without recursion.

    Args:
        root: the tree.
        survey: takes note of what is shown.
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
        survey.note(origin)
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
