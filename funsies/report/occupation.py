"""Who works on a server, and at what: each worker with the step that it runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.engine.roster import WorkerView
from funsies.store.rows import Lease

from .numbers import shown_seconds


@dataclass(frozen=True, slots=True)
class Occupation:
    """A worker, or a program that runs steps itself, and what it does now.

    Attributes:
        host: machine on which it runs.
        pid: its process there.
        name: of the worker; empty for a program.
        queues: which it serves.
        python: minor version of Python that it runs; empty for a program.
        state: ``running`` a step, ``busy`` between two steps, ``idle``, or ``silent``.
        silent_seconds: time since its last sign of life; None for a program.
        operation: hash of the step; empty for none.
        step: what people call that.
        seconds: for how long it has run, by the server's clock; None for none.
    """

    host: str
    pid: int
    name: str = ""
    queues: tuple[str, ...] = ()
    python: str = ""
    state: str = "running"
    silent_seconds: float | None = None
    operation: str = ""
    step: str = ""
    seconds: float | None = None


def occupations(
    workers: Iterable[WorkerView], leases: Iterable[Lease], labels: Mapping[Digest, str]
) -> list[Occupation]:
    """Say who does what, what has run for longest first, then who does nothing.

    Args:
        workers: of the server.
        leases: that are held there.
        labels: of the steps that are leased.
    """
    held = {_process(lease): lease for lease in leases}
    found = [_worker(each, held.pop((each.host, each.pid), None), labels) for each in workers]
    found += [_program(*process, lease, labels) for process, lease in held.items()]
    return sorted(found, key=lambda each: (-(each.seconds or 0.0), each.host, each.pid))


def _process(lease: Lease) -> tuple[str, int]:
    """Host and process of who claims under a slot (``engine/names.py``)."""
    host, _, pid = lease.slot.rpartition(":")[0].rpartition(":")
    return host or lease.slot, int(pid) if pid.isdecimal() else 0


def _worker(
    worker: WorkerView, lease: Lease | None, labels: Mapping[Digest, str]
) -> Occupation:
    state = "busy" if worker.is_busy else "idle"
    if lease is not None:
        state = "running"
    elif worker.is_silent:
        state = "silent"
    return Occupation(
        worker.host,
        worker.pid,
        worker.name,
        worker.queues,
        worker.python,
        state,
        round(worker.silent_seconds, 1),
        *_step(lease, labels),
    )


def _program(host: str, pid: int, lease: Lease, labels: Mapping[Digest, str]) -> Occupation:
    operation, step, seconds = _step(lease, labels)
    return Occupation(host, pid, operation=operation, step=step, seconds=seconds)


def _step(lease: Lease | None, labels: Mapping[Digest, str]) -> tuple[str, str, float | None]:
    if lease is None:
        return "", "", None
    return lease.operation.hex(), labels[lease.operation], lease.running_ms / 1000


_STYLES = {"running": "blue", "silent": "red"}


def occupation_table(shown: Sequence[Occupation]) -> Table:
    """Draw who does what: a row each, cut to the width of the terminal."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, justify in (("worker", "left"), ("queues", "left"), ("state", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("for", justify="right", no_wrap=True)
    table.add_column("step", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_row(*(Text(str(column.header), "dim") for column in table.columns))
    for each in shown:
        table.add_row(*_cells(each))
    return table


def _cells(each: Occupation) -> tuple[Text, ...]:
    seconds = each.silent_seconds if each.state == "silent" else each.seconds
    queues = printable(", ".join(each.queues)) if each.name else "(a program)"
    return (
        Text(f"{printable(each.host)}:{each.pid}"),
        Text(queues, "" if each.name else "dim"),
        Text(each.state, _STYLES.get(each.state, "dim")),
        Text("" if seconds is None else shown_seconds(seconds)),
        Text(each.step),
    )
