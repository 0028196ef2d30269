"""How boxes look: the same in every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from funsies.core.digest import short_hash
from funsies.history.label_facts import shortened
from funsies.history.outcomes import SKIPPED

from .model import INPUT, URGENCY, Node, NodeKind

LABEL_CHARACTERS: Final = 48


@dataclass(frozen=True, slots=True)
class Colour:
    """Colours of a box.

    Attributes:
        fill: inside.
        line: around it, and of its text.
    """

    fill: str
    line: str


COLOURS: Final = {
    "done": Colour("#dcf3e3", "#1c6b3c"),
    "failed": Colour("#fbdcdc", "#a11717"),
    SKIPPED: Colour("#fdebd0", "#95580b"),
    "running": Colour("#d9e8fb", "#1a4f94"),
    "delegated": Colour("#d9e8fb", "#1a4f94"),
    "ready": Colour("#e9e4f8", "#50389a"),
    "delayed": Colour("#e9e4f8", "#50389a"),
    "waiting": Colour("#efeff2", "#55555f"),
    "idle": Colour("#ffffff", "#6d6d78"),
    INPUT: Colour("#f7f4ea", "#7a6a35"),
}


def title(node: Node) -> str:
    """First line in a box: what it is."""
    text = "".join(each if each.isprintable() else "?" for each in node.label)
    text = shortened(text, LABEL_CHARACTERS)
    is_counted = node.kind is NodeKind.GROUP and INPUT not in node.statuses
    return f"{text} x {node.number:,}" if is_counted else text


def subtitle(node: Node) -> str:
    """Second line in a box: its hash and state, or the states of all that it stands for.

    >>> subtitle(Node("f" * 64, "mean", NodeKind.STEP, {"done": 1}))
    'ffffffffff done'
    """
    if node.kind is NodeKind.STEP:
        return f"{short_hash(node.key)} {node.status}{' volatile' if node.volatile else ''}"
    if node.kind is NodeKind.INPUT:
        return short_hash(node.key)
    if INPUT in node.statuses:
        return f"{node.number:,} values"
    numbers = [f"{node.statuses[name]:,} {name}" for name in URGENCY if name in node.statuses]
    volatile = [f"{node.volatile:,} volatile"] if node.volatile else []
    return ", ".join([*numbers, *volatile])


def is_wide(layers: int, widest: int) -> bool:
    """True for a graph that is better drawn from left to right."""
    return widest > max(4, layers)
