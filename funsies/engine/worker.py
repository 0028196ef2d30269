"""Starting one worker, and having it leave before the batch system ends its process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from types import FrameType
from typing import Final

from .rq_binding import prefix

# isort: split

from funsies.run.orphans import become_subreaper
from funsies.run.step_directories import sweep_temporary_directory
from funsies.store.connect import Address, open_backend
from funsies.store.server_connection import ANSWER_SECONDS, client_of
from funsies.store.server_notes import agree_on_keys
from funsies.store.submission import queue_name

from .arming import Dispatch
from .rq_binding.drain_worker import DrainWorker
from .slots import new_slot
from .startup_failures import forget_startup_failure
from .timing import Timing
from .upkeep import Upkeep

RQ_VARIABLE = prefix.VARIABLE
"""Heeded by RQ when it is imported; so it is set before anything else here does that."""

EXIT_IN_ORDER = 0
EXIT_IN_TROUBLE = 1


def run_worker(
    server: Address,
    queues: Sequence[str],
    *,
    burst: bool = False,
    timing: Timing | None = None,
    name: str | None = None,
    on_serving: Callable[[], None] = lambda: None,
) -> int:
    """Serve queues until asked to stop.

    SIGTERM or SIGINT asks the worker to stop: it claims nothing more; what runs has a short
    grace to end, is put back then, and never stored. A second signal ends it at once.

    Args:
        server: where the server is.
        queues: names of the queues, as users call them.
        burst: True to leave when nothing is ready on the queues.
        timing: the engine's patience.
        name: of the worker; unique on the server.
        on_serving: called once it takes work.

    Returns:
        Exit code of the process: 0 if it left in order, 1 if not.

    Raises:
        NoServerError: if nobody answers.
        ServerError: if the server cannot be used.
        WrongKeyError: if what runs there is signed with another key.
        DataStoreError: if large values cannot be reached from here.
    """
    patience, worker_name = timing or Timing(), name or new_slot()
    served = [queue_name(queue) for queue in queues]
    backend = open_backend(
        server,
        max_outage_seconds=0.0,
        answer_seconds=ANSWER_SECONDS,
    )
    with closing(backend):
        backend.check(reaches_data=True)
        agree_on_keys(backend.graph.named, server.keys)
        become_subreaper()
        sweep_temporary_directory()
        dispatch = Dispatch(backend.graph, server.jobs_url)
        upkeep = Upkeep(backend.graph, worker_name, served, dispatch.arm, patience)
        connection = client_of(server.jobs_url)
        forget_startup_failure(connection, served)
        worker = DrainWorker(
            served,
            address=server,
            graph=backend.graph,
            connection=connection,
            upkeep=upkeep,
            timing=patience,
            name=worker_name,
            on_serving=on_serving,
        )
        worker.work(burst=burst, logging_level="WARNING")
    left_in_order = burst or worker.was_asked_to_stop
    return EXIT_IN_ORDER if left_in_order else EXIT_IN_TROUBLE


_LONGEST_TIMER_SECONDS: Final = 100_000_000.0
"""Three years: macOS has no longer timers, and no job runs for so long."""


def leave_before_end(seconds_left: float, margin_seconds: float) -> bool:
    """Have this process asked to leave, as by SIGTERM, shortly before its time is over.

    Args:
        seconds_left: time until the batch system ends the process.
        margin_seconds: how long before that it is asked.

    Returns:
        False if that moment has passed, and nothing was done.
    """
    if seconds_left <= margin_seconds:
        return False
    signal.signal(signal.SIGALRM, _ask)
    rest_seconds = min(seconds_left - margin_seconds, _LONGEST_TIMER_SECONDS)
    signal.setitimer(signal.ITIMER_REAL, rest_seconds)
    return True


def _ask(_number: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
