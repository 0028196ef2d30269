"""What ``funsies logs --follow`` shows of a step while it runs."""

from __future__ import annotations

import sys
from typing import Final

from funsies.core.digest import Digest
from funsies.history.following import Ended, Printed, follow
from funsies.run.log_lines import LevelFilter
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .say import note
from .terminal import Printer

_STATUSES: Final = {
    Status.IDLE: "nobody has asked for it yet: waiting until somebody does",
    Status.WAITING: "its inputs are not there yet: waiting for it to begin",
    Status.READY: "no worker has taken it yet: waiting for it to begin",
    Status.DELAYED: "it will be tried again after a pause: waiting for that",
    Status.DELEGATED: "it goes on as another step: waiting for its result",
}


def show_while_it_runs(
    backend: Backend, operation: Digest, level: str | None, printer: Printer
) -> bool:
    """Print what a step prints until it is finished.

    Args:
        backend: where it runs.
        operation: the step.
        level: of the messages that are shown; None for everything.
        printer: prints them.

    Returns:
        False if nothing is known of its last run: what of it is stored is still to be shown.
    """
    screen = _Screen(level, printer)
    for news in follow(backend.graph, operation):
        match news:
            case Printed():
                screen.show(news)
            case Ended(was_heard=was_heard, is_whole=is_whole):
                screen.end()
                if was_heard and not is_whole:
                    note("funsies: the end of what it printed is not known")
                return was_heard
            case _ if news.status in _STATUSES:
                screen.end()
                note(f"funsies: {_STATUSES[news.status]} (Ctrl-C ends only this)")
    return False


class _Screen:
    """Standard output, with a filter for each stream."""

    def __init__(self, level: str | None, printer: Printer) -> None:
        self._level = level
        self._printer = printer
        self._filters: dict[str, LevelFilter] = {}

    def show(self, printed: Printed) -> None:
        """Show what has come, and say how much of it has not."""
        if printed.missed_bytes:
            note(f"funsies: {printed.missed_bytes:,} bytes were printed too fast, and left out")
        self._write(self._chosen(printed))

    def end(self) -> None:
        """Show what is left of lines without an end."""
        for each in self._filters.values():
            self._write(each.end())
        self._printer.end()

    def _chosen(self, printed: Printed) -> bytes:
        if self._level is None:
            return printed.data
        chosen = self._filters.setdefault(printed.stream, LevelFilter(self._level.upper()))
        return chosen.feed(printed.data)

    def _write(self, data: bytes) -> None:
        self._printer.write(data)
        sys.stdout.flush()
