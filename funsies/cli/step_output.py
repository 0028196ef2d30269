"""What steps print, on standard output: as it comes, of a whole run, harmless for terminals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.core.terminal_text import Harmless
from funsies.history.following import Ended, Printed, follow
from funsies.history.runs import outcomes_of_run
from funsies.history.step_names import labels_of_run
from funsies.run.log_lines import LevelFilter
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .notes import note
from .run_choice import chosen_run


class Printer:
    """Standard output for what steps have printed.

    Args:
        is_raw: True to show it as it is on terminals, too; elsewhere it always is.
    """

    def __init__(self, *, is_raw: bool) -> None:
        self._filter = Harmless() if sys.stdout.isatty() and not is_raw else None

    def write(self, piece: bytes) -> None:
        """Print what came next."""
        if self._filter is None:
            sys.stdout.buffer.write(piece)
        else:
            sys.stdout.write(self._filter.feed(piece))

    def end(self) -> None:
        """Print what is left of it: something else follows."""
        if self._filter is not None:
            sys.stdout.write(self._filter.end())
        sys.stdout.flush()

    def print_all(self, pieces: Iterable[bytes]) -> int:
        """Print all pieces; return the number of their bytes."""
        number = 0
        for piece in pieces:
            self.write(piece)
            number += len(piece)
        self.end()
        return number


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


def print_run_logs(
    backend: Backend,
    run_id: str | None,
    printed: Callable[[Digest], Iterator[bytes]],
    printer: Printer,
) -> None:
    """Print what those steps printed that a run has run itself, each under a heading.

    Args:
        backend: where they are.
        run_id: the run; None for the last one.
        printed: what a step printed, in pieces.
        printer: prints that.

    Raises:
        UnknownHashError: if there is no such run.
    """
    run = chosen_run(backend, run_id)
    if run is None:
        raise UnknownHashError("nothing was run yet; name a step: funsies logs HASH")
    labels = labels_of_run(backend, run)
    for step in outcomes_of_run(backend, run):
        if step.ran is not None:
            label = labels.of(step.operation, step.task)
            heading = f"{short_hash(step.operation)} {printable(label)}"
            _print_under(heading, printed(step.operation), printer)


def _print_under(heading: str, printed: Iterator[bytes], printer: Printer) -> None:
    """Print something with a heading, if it is anything."""
    last = b""
    for piece in filter(None, printed):
        if not last:
            sys.stdout.buffer.write(f"==> {heading} <==\n".encode(errors="replace"))
        printer.write(piece)
        last = piece
    printer.end()
    if last and not last.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
