"""A graph to be drawn: boxes, arrows, how far each step is, and how that looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from funsies.core.digest import short_hash
from funsies.history.label_facts import shortened
from funsies.history.outcomes import SKIPPED

INPUT: Final = "input"
"""Shown as the status of a constant."""


class NodeKind(StrEnum):
    """What a box stands for."""

    STEP = "step"
    INPUT = "input"
    """A constant: something that was put in."""
    GROUP = "group"
    """All steps with one task name, or the inputs of one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box.

    Attributes:
        key: by which arrows name it.
        label: of the step, name of the task of several, or the beginning of a constant.
        kind: what it stands for.
        statuses: how many of the steps that it stands for are in each state.
        volatile: how many of them have results that come from a failure of the machinery.
        task: name of the task; "" for a constant.
    """

    key: str
    label: str
    kind: NodeKind
    statuses: Mapping[str, int]
    volatile: int = 0
    task: str = ""

    @property
    def number(self) -> int:
        """How many steps or constants it stands for."""
        return sum(self.statuses.values())

    @property
    def status(self) -> str:
        """The state that matters most among those of its steps."""
        return min(self.statuses, key=URGENCY.index)


URGENCY: Final = (
    "failed",
    SKIPPED,
    "running",
    "delegated",
    "delayed",
    "ready",
    "waiting",
    "idle",
    "done",
    INPUT,
)
"""Names of states: what one wants to know of comes first."""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow: what one box makes is an input of another.

    Attributes:
        source: key of the maker.
        target: key of the user.
        names: of the inputs.
        number: of single arrows that it stands for.
        is_built: True if the user is a dynamic step that built the maker, and whose result
            is that of the maker.
    """

    source: str
    target: str
    names: tuple[str, ...] = ()
    number: int = 1
    is_built: bool = False


@dataclass(frozen=True, slots=True)
class GraphView:
    """What is to be drawn.

    Attributes:
        nodes: boxes; makers come before users, but for circles among groups.
        edges: arrows between them, one for each pair at most.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    @property
    def statuses(self) -> Mapping[str, int]:
        """How many steps are in each state, what matters most first."""
        counts: Counter[str] = Counter()
        for node in self.nodes:
            counts.update(node.statuses)
        return {name: counts[name] for name in URGENCY if counts[name]}


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
