"""The outline of a large graph: which tasks take results of which, and how many steps each has.

It is read in the background, and kept: a page costs the same, however many steps there are.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError
from funsies.report.graph import Edge, GraphView, Node, NodeKind
from funsies.store.connect import Backend
from funsies.store.rows import TaskCounts

WALK: Final = 1000
REST: Final = 20
"""It is read again after so many times the time that it takes, if steps have come."""

_STATES: Final = ("failed", "running", "delegated", "delayed", "ready", "waiting", "done")


@dataclass(frozen=True, slots=True)
class Outline:
    """What was read of a graph.

    Attributes:
        steps: how many steps each task has.
        arrows: how many inputs of one task come from another, by (maker, user).
    """

    steps: Mapping[str, int]
    arrows: Mapping[tuple[str, str], int]

    def view(self, counts: Mapping[str, TaskCounts]) -> GraphView:
        """What is to be drawn, with what the counters say of how far steps are."""
        nodes = [
            Node(_key(name), name, NodeKind.GROUP, _statuses(number, counts.get(name)))
            for name, number in self.steps.items()
        ]
        edges = [
            Edge(_key(maker), _key(user), number=number)
            for (maker, user), number in self.arrows.items()
        ]
        return GraphView(tuple(nodes), tuple(edges))


def _key(name: str) -> str:
    return f"steps {name}"


def _statuses(number: int, counts: TaskCounts | None) -> dict[str, int]:
    """How many steps are in each state; those that no counter knows are idle."""
    said = {} if counts is None else {name: int(getattr(counts, name)) for name in _STATES}
    found = {name: of_state for name, of_state in said.items() if of_state}
    idle = number - sum(found.values())
    return found | ({"idle": idle} if idle > 0 or not found else {})


def read_outline(backend: Backend) -> Outline:
    """Read all definitions, a page at a time."""
    names: dict[Digest, str] = {}
    uses: Counter[tuple[Digest, str]] = Counter()
    place = 0
    while True:
        rows, place = backend.graph.some_operations(place, WALK)
        for row in rows:
            if row.digest not in names:
                names[row.digest] = row.task_name
                uses.update(
                    (each.producer, row.task_name)
                    for each in row.inputs
                    if each.producer is not None
                )
        if not place:
            break
    arrows: Counter[tuple[str, str]] = Counter()
    for (maker, user), number in uses.items():
        if maker in names:
            arrows[names[maker], user] += number
    return Outline(Counter(names.values()), arrows)


class Surveyor:
    """Reads the outline in the background, when it is asked for and steps have come."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outline: Outline | None = None
        self._known: object = None
        self._due = 0.0
        self._is_reading = False

    @property
    def outline(self) -> Outline | None:
        """What was read last; None if nothing was."""
        return self._outline

    def ask(self, backend: Backend, counts: Mapping[str, TaskCounts]) -> Outline | None:
        """The outline as it is known; it is read again if it may be another one by now."""
        known = {name: each.pending + each.done + each.failed for name, each in counts.items()}
        with self._lock:
            is_due = known != self._known and time.monotonic() >= self._due
            if is_due and not self._is_reading:
                self._is_reading = True
                arguments = (backend, known)
                threading.Thread(target=self._read, args=arguments, daemon=True).start()
        return self._outline

    def _read(self, backend: Backend, known: object) -> None:
        began = time.monotonic()
        try:
            self._outline = read_outline(backend)
            self._known = known
        except FunsiesError:
            pass  # the server is away: who asks again has it read again
        finally:
            now = time.monotonic()
            self._due = now + REST * (now - began)
            self._is_reading = False
