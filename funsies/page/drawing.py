"""The page of the graph: one box for each task; a click opens it, and shows its steps."""

from __future__ import annotations

from collections import Counter
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request

from funsies.core.digest import Digest
from funsies.history.closure import read_closure
from funsies.report.graph import (
    MAX_NODES,
    GraphView,
    Node,
    NodeKind,
    collapsed,
    read_graph,
    to_svg,
)
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow

from .desk import Desk
from .live import Facts
from .outline import Surveyor
from .runs import number_in, run_of

MOST_READ: Final = 1000
"""Graphs with more steps are shown by their outline; their boxes lead to lists of steps."""


class GraphPage:
    """Draws the graph of a run, or of all that there is."""

    def __init__(self) -> None:
        self._surveyor = Surveyor()

    def pulse(self, desk: Desk, request: Request) -> object:
        """Differs when a step has changed its state, or more is known of a large graph."""
        counts, edition = desk.backend.graph.counts(), desk.naming.edition(_run_in(request))
        return counts, self._surveyor.outline, edition

    def look(self, desk: Desk, request: Request) -> Facts:
        """Draw it."""
        run = request.query_params.get("run", "")
        opened = request.query_params.getlist("open")
        links = _Links(desk.given.root, run, opened)
        view = _small_graph(desk, run)
        is_small = view is not None
        if view is None:
            counts = desk.backend.graph.counts()
            outline = self._surveyor.ask(desk.backend, counts)
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


def _small_graph(desk: Desk, run: str) -> GraphView | None:
    """The whole graph; None if it is too large to be read each time."""
    backend = desk.backend
    found = run_of(backend, run) if run else None
    if found is not None:
        targets = found.targets[:MOST_READ]
        rows = list(read_closure(backend, targets, most=MOST_READ).rows.values())
    else:
        rows = some_steps(backend, MOST_READ)
    if len(rows) >= MOST_READ:
        return None
    digests = [row.digest for row in rows]
    labels = desk.naming.labels(digests, None if found is None else found.number)
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
