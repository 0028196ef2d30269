"""The page of the graph: one box for each task; a click opens it, and shows its steps.

Of a large graph there is an outline: which tasks take results of which, and how many steps
each has. It is read in the background, and kept: a page costs the same for any number of steps.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request

from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError
from funsies.history.background import in_background
from funsies.history.closure import read_closure
from funsies.report.diagram import (
    MAX_NODES,
    Edge,
    GraphView,
    Node,
    NodeKind,
    collapsed,
    read_graph,
    to_svg,
)
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow, TaskCounts

from .runs import number_in, run_of
from .site import Facts, Site

OUTLINE_WALK: Final = 1000
OUTLINE_REST: Final = 20
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
        rows, place = backend.graph.some_operations(place, OUTLINE_WALK)
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
        # Pages are written by several threads: of those that ask at once, one begins a reading.
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
                in_background(self._read, backend, known)
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
            self._due = now + OUTLINE_REST * (now - began)
            self._is_reading = False


MOST_READ: Final = 1000
"""Graphs with more steps are shown by their outline; their boxes lead to lists of steps."""


class GraphPage:
    """Draws the graph of a run, or of all that there is."""

    def __init__(self) -> None:
        self._surveyor = Surveyor()

    def pulse(self, site: Site, request: Request) -> object:
        """Differs when a step has changed its state, or more is known of a large graph."""
        counts, edition = site.backend.graph.counts(), site.naming.edition(_run_in(request))
        return counts, self._surveyor.outline, edition

    def look(self, site: Site, request: Request) -> Facts:
        """Draw it."""
        run = request.query_params.get("run", "")
        opened = request.query_params.getlist("open")
        links = _Links(site.access.root, run, opened)
        view = _small_graph(site, run)
        is_small = view is not None
        if view is None:
            counts = site.backend.graph.counts()
            outline = self._surveyor.ask(site.backend, counts)
            shown = None if outline is None else outline.view(counts)
        else:
            links.sizes = Counter(node.task for node in view.nodes)
            shown = collapsed(view, [name for name in opened if links.can_open(name)])
        return {
            "run": run,
            "opened": [(name, links.with_opened(set(opened) - {name})) for name in opened],
            "is_small": is_small,
            "is_empty": shown is not None and not shown.nodes,
            # Our own drawing, in which all that comes from elsewhere is escaped.
            "drawing": None if shown is None else Markup("".join(to_svg(shown, links.of))),  # noqa: S704
        }


class _Links:
    """Where boxes lead to.

    Attributes:
        sizes: how many steps each task has, as far as it can be opened.
    """

    def __init__(self, root: str, run: str, opened: list[str]) -> None:
        self._root, self._run, self._opened = root, run, set(opened)
        self.sizes: Counter[str] = Counter()

    def can_open(self, task: str) -> bool:
        """True if the steps of a task, beside those that are open, are not too many."""
        return 0 < sum(self.sizes[name] for name in {*self._opened, task}) <= MAX_NODES

    def of(self, node: Node) -> str:
        """Where a box leads to."""
        if node.kind is NodeKind.STEP:
            return f"{self._root}steps/{node.key}"
        if self.can_open(node.label):
            return self.with_opened({*self._opened, node.label})
        return f"{self._root}steps?{urlencode({'task': node.label})}"

    def with_opened(self, names: set[str]) -> str:
        """The same graph with other tasks opened."""
        said = [("run", self._run)] if self._run else []
        said += [("open", name) for name in sorted(names)]
        return f"{self._root}graph?{urlencode(said)}"


def _run_in(request: Request) -> int | None:
    """Number of the run in an address, if one is."""
    run = request.query_params.get("run", "")
    return number_in(run) if run else None


def _small_graph(site: Site, run: str) -> GraphView | None:
    """The whole graph; None if it is too large to be read each time."""
    backend = site.backend
    found = run_of(backend, run) if run else None
    if found is not None:
        targets = found.targets[:MOST_READ]
        rows = list(read_closure(backend, targets, most=MOST_READ).rows.values())
    else:
        rows = some_steps(backend, MOST_READ)
    if len(rows) >= MOST_READ:
        return None
    digests = [row.digest for row in rows]
    labels = site.naming.labels(digests, None if found is None else found.number)
    return read_graph(backend, digests, labels=labels)


def some_steps(backend: Backend, most: int) -> list[OperationRow]:
    """All steps; or if they are too many, at least as many as tell that."""
    found: dict[Digest, OperationRow] = {}
    place = 0
    while len(found) < most:
        rows, place = backend.graph.some_operations(place, most)
        found |= {row.digest: row for row in rows}
        if not place:
            break
    return list(found.values())
