"""Running operations in this process: ``options(distributed=False)`` and ``memory://``.

The same claim, evaluate, complete loop as in a worker. The queue has a name of its own, so that
no worker takes the work away. What runs steps is a fifth of all imports: who leaves that to
workers does not import this module.
"""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Callable
from typing import Final

from funsies.engine.drain import DrainEnd, drain
from funsies.engine.foreign_steps import run_foreign_step
from funsies.engine.lease_heartbeat import lease_heartbeat
from funsies.engine.slots import new_slot
from funsies.engine.timing import Timing
from funsies.engine.upkeep import audit_once, sweep_once
from funsies.run.evaluate import Evaluator
from funsies.run.machine_faults.memory import close_counters
from funsies.run.shell.workspace import close_workspaces
from funsies.run.step_directories import sweep_temporary_directory
from funsies.store.connect import Address, Backend
from funsies.store.ports import GraphStore
from funsies.store.submission import queue_name

from .requests import local_queue

TIMING: Final = Timing()


def run_here(
    backend: Backend, address: Address, is_over: Callable[[], bool], wait: Callable[[], None]
) -> None:
    """Work off this process's queue until what was asked for is finished.

    What is ready is run to the end even then: another thread may wait for it.

    Args:
        backend: where.
        address: of the same server, for steps that have to run in another process.
        is_over: True once everything asked for is finished.
        wait: called when nothing is ready here, but something is not finished.

    Raises:
        KeyboardInterrupt: if the user interrupts a step; it is put back.
    """
    _sweep_once()
    queue = queue_name(local_queue())
    worker = f"{socket.gethostname()}:{os.getpid()}"
    evaluator = Evaluator(backend, worker=worker)
    try:
        while True:
            slot = new_slot()
            with lease_heartbeat(backend.graph, slot, TIMING) as observer:
                report = drain(
                    backend.graph,
                    evaluator,
                    slot,
                    queue,
                    lease_ms=TIMING.lease_ms,
                    observer=observer,
                    slice_seconds=float("inf"),
                )
                if report.end is DrainEnd.RETIRED:  # its lease is kept while another begins
                    run_foreign_step(backend.graph, address, queue, observer, worker)
                    continue
            if report.end is DrainEnd.PREEMPTED:
                raise KeyboardInterrupt
            if is_over():
                return
            if not _upkeep(backend.graph, slot):
                wait()
    finally:
        close_workspaces()
        close_counters()


@functools.cache
def _sweep_once() -> None:
    """Remove what killed processes have left, before this one runs its first step."""
    sweep_temporary_directory()


def _upkeep(graph: GraphStore, slot: str) -> bool:
    """Wake what is due; True if something may be ready now."""
    answer = sweep_once(graph, slot, lease_ms=TIMING.lease_ms)
    return bool(answer.promoted or answer.requeued or answer.more or audit_once(graph))
