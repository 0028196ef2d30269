"""``funsies top``: who works, and at what."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Final

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from funsies.client.progress import summed
from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.history.labels import Labels
from funsies.history.pending_runs import Askers
from funsies.history.step_names import Naming, labels_here
from funsies.report.console import data_console
from funsies.report.elsewhere import left_behind
from funsies.report.occupation import (
    Known,
    Occupation,
    counted_states,
    occupation_table,
    who_works,
    workers_by_run,
)
from funsies.session import Session
from funsies.store.rows import TaskCounts

from .exits import Exit
from .output import print_json
from .setting import Setting

OTHER_LINES: Final = 6
"""Lines of a screen that are no workers."""


@click.command()
@click.option("--once", is_flag=True, help="Print it once, also on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print it once, as JSON.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=1.0,
    help="Pause between two looks.  [default: 1]",
)
@click.pass_obj
def top(setting: Setting, *, once: bool, as_json: bool, seconds: float) -> int:
    r"""Show the workers, and which steps they run for how long; on a terminal until Ctrl-C.

    Programs that run steps themselves are shown with the step that they run.

    \b
    Example:
      funsies top
      funsies top --once
      funsies top --json
    """
    console = data_console()
    with setting.session() as session:
        backend = session.backend
        look = _Look(session, partial(labels_here, backend))
        if as_json:
            print_json(look.as_json())
        elif once or not console.is_terminal or console.is_dumb_terminal:
            console.print(look.drawn(console.width), soft_wrap=False)
        else:
            naming = Naming(backend, by_thread=True)
            _show(console, _Look(session, naming.labels), seconds)
    return Exit.OK


def _show(console: Console, look: _Look, seconds: float) -> None:
    """Draw it again and again, on a screen of its own, until the user has seen enough."""
    with (
        suppress(KeyboardInterrupt),
        Live(console=console, screen=True, auto_refresh=False) as live,
    ):
        while True:
            live.update(look.drawn(console.width, console.height), refresh=True)
            time.sleep(seconds)


class _Look:
    """Looks at a server.

    Args:
        session: there.
        look_up: finds out what steps are called.
    """

    def __init__(
        self, session: Session, look_up: Callable[[Collection[Digest]], Labels]
    ) -> None:
        self._session = session
        self._graph = session.backend.graph
        self._look_up = look_up
        self._askers = Askers(session.backend)

    def drawn(self, columns: int, lines: int | None = None) -> RenderableType:
        """What there is to see, in the width of a terminal and so many lines."""
        found = self._occupations()
        left = left_behind(self._session.backend, workers_by_run(found))
        room = None if lines is None else max(1, lines - OTHER_LINES - len(left))
        shown = found[:room]
        head = [Text(line) for line in (*self._heads(found), "")]
        more = len(found) - len(shown)
        tail = [Text(f"... and {more} more", "dim")] if more else []
        tail += [Text(line, "yellow") for line in left]
        return Group(*head, occupation_table(shown, columns), *tail)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "workers": [asdict(each) for each in self._occupations()],
            "queues": dict(self._graph.queues()),
        }

    def _occupations(self) -> list[Occupation]:
        return who_works(self._session.server, self._graph, self._known)

    def _known(self, operations: list[Digest]) -> Known:
        return Known(self._labels(operations), self._askers.newest_runs(operations))

    def _labels(self, operations: list[Digest]) -> dict[Digest, str]:
        """What steps are called; by task and hash where labels are not known."""
        labels = self._look_up(operations)
        rows = self._graph.operations(operations)
        return {
            each: labels.of(each, row.task_name if row else "")
            for each, row in zip(operations, rows, strict=True)
        }

    def _heads(self, found: list[Occupation]) -> tuple[str, str]:
        counts = self._graph.counts()
        total = summed(counts.values()) if counts else TaskCounts()
        states = f"{total.running} running, {total.ready} ready, {total.waiting} waiting"
        place = printable(self._session.server.shown)
        return f"server   {place}", f"workers  {counted_states(found)}; steps: {states}"
