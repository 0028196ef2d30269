"""A graph to be drawn: boxes, arrows, and how far each step is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
