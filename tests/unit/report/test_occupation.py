"""Who works, and at what: each worker once, with its step and for how long that has run."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from funsies.core.digest import content_digest
from funsies.engine.load import Load
from funsies.engine.worker_registry import WorkerView
from funsies.report.occupation import (
    Known,
    Occupation,
    counted_states,
    occupation_table,
    occupations,
)
from funsies.store.rows import Fence, Lease


def worker(host: str, pid: int, *, busy: bool = False, silent: float = 1.0) -> WorkerView:
    return WorkerView(f"{host}:{pid}:ab", host, pid, ("default",), "3.11", busy, silent)


def lease(slot: str, seconds: float) -> Lease:
    digest = content_digest(slot.encode())
    return Lease(digest, slot, Fence(b""), 0, 0, running_ms=round(seconds * 1000))


def found() -> list[Occupation]:
    workers = [
        worker("node1", 7),
        worker("node1", 8, busy=True),
        worker("node2", 7, busy=True),
        worker("node3", 7, silent=300.0),
    ]
    leases = [lease("node2:7:cd", 12.5), lease("laptop:99:ef", 80.0)]
    labels = {each.operation: "align(sample=S3)" for each in leases}
    return occupations(workers, leases, Known(labels, {}))


def test_each_worker_is_shown_once_with_what_it_runs_the_longest_first() -> None:
    shown = [(each.host, each.pid, each.state, each.seconds) for each in found()]
    assert shown == [
        ("laptop", 99, "running", 80.0),
        ("node2", 7, "running", 12.5),
        ("node1", 7, "idle", None),
        ("node1", 8, "busy", None),
        ("node3", 7, "silent", None),
    ]


def test_a_program_that_runs_steps_itself_is_told_from_workers() -> None:
    program, running, *_ = found()
    assert (program.name, program.queues) == ("", ())
    assert (running.name, running.step) == ("node2:7:ab", "align(sample=S3)")


def test_rows_are_no_wider_than_the_terminal_and_hostile_names_are_escaped() -> None:
    hostile = Occupation("node\x1b[31m", 7, "name", ("q\n",), step="x" * 200, seconds=1.0)
    for width in (40, 60, 120):
        console = Console(file=io.StringIO(), width=width)
        console.print(occupation_table([hostile]))
        lines = console.file.getvalue().splitlines()
        assert len(lines) == 2
        assert all(len(line) <= width for line in lines)
        assert "\x1b" not in lines[1]


def test_each_thread_of_a_program_that_runs_a_step_is_shown() -> None:
    leases = [lease("laptop:99:ef", 80.0), lease("laptop:99:a0", 3.0)]
    shown = occupations([], leases, Known())
    assert [(each.pid, each.seconds) for each in shown] == [(99, 80.0), (99, 3.0)]


def test_workers_are_counted_by_what_they_do_and_programs_are_not() -> None:
    assert counted_states(found()) == "4: 1 running, 1 busy, 1 idle, 1 silent"
    assert counted_states([]) == "0"


def test_what_a_step_takes_is_shown_while_it_runs() -> None:
    load = Load(1.5, 256_000_000)
    busy = replace(worker("node1", 7, busy=True), load=load)
    idle = replace(worker("node1", 8), load=load)  # told before its step had ended
    shown = occupations([busy, idle], [lease("node1:7:cd", 1.0)], Known())
    assert [(each.cpus, each.memory_bytes) for each in shown] == [
        (1.5, 256_000_000),
        (None, None),
    ]
    console = Console(file=io.StringIO(), width=80)
    console.print(occupation_table(shown))
    assert "150%  256.0 MB" in console.file.getvalue()
