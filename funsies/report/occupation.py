"""Who works on a server, and at what: each worker with the step that it runs.

Whatever shows workers shows this: ``top``, ``status`` and the page. They say the same of each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from rich.table import Table
from rich.text import Text

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.engine.load import Load
from funsies.engine.worker_registry import WorkerView, list_workers
from funsies.store.connect import Address
from funsies.store.ports import GraphReader
from funsies.store.rows import Lease, at_work

from .numbers import shown_bytes, shown_seconds

STATES: Final = ("running", "busy", "idle", "silent")
"""Of workers, in the order in which they are counted."""


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
        run: number of the newest run that wants the step; None if none is known.
        cpus: processors that its step and the step's processes kept busy at the worker's last
            sign of life; None if it runs none, or that is not known.
        memory_bytes: resident memory of these; what they share counts for each.
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
    run: int | None = None
    cpus: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the steps that run.

    Attributes:
        labels: what they are called.
        runs: numbers of the newest runs that want them.
    """

    labels: Mapping[Digest, str] = field(default_factory=dict)
    runs: Mapping[Digest, int] = field(default_factory=dict)


Inquiry: TypeAlias = Callable[[list[Digest]], Known]
"""Finds out what is known of steps."""


def who_works(
    server: Address, graph: GraphReader, inquire: Inquiry = lambda _: Known()
) -> list[Occupation]:
    """Look who does what on a server now.

    Args:
        server: where it is.
        graph: its steps.
        inquire: is asked about those that run; if it is left out, they have no names.
    """
    workers, leases = list_workers(server), at_work(graph.leases())
    return occupations(workers, leases, inquire([each.operation for each in leases]))


def occupations(
    workers: Iterable[WorkerView], leases: Iterable[Lease], known: Known
) -> list[Occupation]:
    """Say who does what, what has run for longest first, then who does nothing.

    Args:
        workers: of the server.
        leases: that are held there.
        known: of the steps that are leased.
    """
    held: defaultdict[tuple[str, int], list[Lease]] = defaultdict(list)
    for lease in leases:
        held[_process(lease)].append(lease)
    found = []
    for worker in workers:
        mine = held.get((worker.host, worker.pid), [])
        found.append(_worker(worker, mine.pop() if mine else None, known))
    for process, several in held.items():  # threads of a program may run a step each
        found += [_program(*process, lease, known) for lease in several]
    return sorted(found, key=lambda each: (-(each.seconds or 0.0), each.host, each.pid))


def counted_states(found: Sequence[Occupation]) -> str:
    """Count workers by what they do: ``3: 2 running, 1 idle``."""
    counts = Counter(each.state for each in found if each.name)
    shown = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    return f"{counts.total()}: {', '.join(shown)}" if shown else "0"


def workers_by_run(found: Iterable[Occupation]) -> dict[int, int]:
    """How many run steps of each run."""
    return dict(Counter(each.run for each in found if each.run is not None))


def _process(lease: Lease) -> tuple[str, int]:
    """Host and process of who claims under a slot (``engine/slots.py``)."""
    host, _, pid = lease.slot.rpartition(":")[0].rpartition(":")
    return host or lease.slot, int(pid) if pid.isdecimal() else 0


def _worker(worker: WorkerView, lease: Lease | None, known: Known) -> Occupation:
    state = "busy" if worker.is_busy else "idle"
    if lease is not None:
        state = "running"
    elif worker.is_silent:
        state = "silent"
    load = None if state in {"idle", "silent"} else worker.load
    return _occupation(
        Occupation(
            worker.host,
            worker.pid,
            worker.name,
            worker.queues,
            worker.python,
            state,
            round(worker.silent_seconds, 1),
        ),
        lease,
        known,
        load,
    )


def _program(host: str, pid: int, lease: Lease, known: Known) -> Occupation:
    return _occupation(Occupation(host, pid), lease, known, None)


def _occupation(
    who: Occupation, lease: Lease | None, known: Known, load: Load | None
) -> Occupation:
    if load is not None:
        who = replace(who, cpus=load.cpus, memory_bytes=load.memory_bytes)
    if lease is None:
        return who
    return replace(
        who,
        operation=lease.operation.hex(),
        step=known.labels.get(lease.operation, ""),
        seconds=lease.running_ms / 1000,
        run=known.runs.get(lease.operation),
    )


WIDE_COLUMNS: Final = 100
"""Terminals that are narrower have no room for what is seldom asked for."""

_STYLES: Final = {"running": "blue", "silent": "red"}


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its head, what stands in it, and whether it is on wide terminals only."""

    name: str
    cell: Callable[[Occupation], Text]
    justify: Literal["left", "right"] = "left"
    is_for_wide: bool = False


def occupation_table(shown: Sequence[Occupation], columns: int = WIDE_COLUMNS) -> Table:
    """Draw who does what: a row each, cut to the width of the terminal.

    Columns in which nothing would stand are left out.

    Args:
        shown: who.
        columns: of the terminal.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    kept = [
        each
        for each in _COLUMNS
        if (columns >= WIDE_COLUMNS or not each.is_for_wide) and _has_any(each, shown)
    ]
    for each in kept:
        table.add_column(each.name, justify=each.justify, no_wrap=True)
    table.add_column("step", no_wrap=True, overflow="ellipsis", ratio=1)
    table.add_row(*(Text(str(column.header), "dim") for column in table.columns))
    for one in shown:
        table.add_row(*(each.cell(one) for each in kept), Text(printable(one.step)))
    return table


def _has_any(column: _Column, shown: Sequence[Occupation]) -> bool:
    return any(column.cell(each) for each in shown)


def _who(each: Occupation) -> Text:
    return Text(f"{printable(each.host)}:{each.pid}")


def _queues(each: Occupation) -> Text:
    return Text(printable(", ".join(each.queues))) if each.name else Text("(a program)", "dim")


def _seconds(each: Occupation) -> Text:
    seconds = each.silent_seconds if each.state == "silent" else each.seconds
    return Text("" if seconds is None else shown_seconds(seconds))


def _cpu(each: Occupation) -> Text:
    return Text("" if each.cpus is None else f"{each.cpus:.0%}")


def _memory(each: Occupation) -> Text:
    return Text("" if each.memory_bytes is None else shown_bytes(each.memory_bytes))


_COLUMNS: Final = (
    _Column("worker", _who),
    _Column("queues", _queues, is_for_wide=True),
    _Column("state", lambda each: Text(each.state, _STYLES.get(each.state, "dim"))),
    _Column("for", _seconds, "right"),
    _Column("cpu", _cpu, "right"),
    _Column("memory", _memory, "right"),
    _Column("run", lambda each: Text("" if each.run is None else str(each.run)), "right"),
)
