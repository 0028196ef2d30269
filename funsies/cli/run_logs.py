"""What the steps of a run printed, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.history.called import labels_of_run
from funsies.history.runs import outcomes_of_run
from funsies.store.connect import Backend

from .run_choice import chosen_run
from .terminal import Printer


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
