"""What a work-horse does: drain one queue. The one function that RQ jobs name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing, suppress
from functools import cached_property
from typing import NoReturn

from funsies.run.evaluate import Evaluator
from funsies.run.live_output import NOBODY
from funsies.run.shell.workspace import close_workspaces
from funsies.store.connect import open_backend
from funsies.store.ports import GraphStore
from funsies.store.rows import QueueName
from funsies.store.server_connection import ANSWER_SECONDS
from funsies.store.server_retry import SERVER_TROUBLE

from .arming import Dispatch
from .drain import DrainEnd, DrainReport, drain
from .supervision.batch import MOST_CLAIMS
from .supervision.child import ChildContext, current_child
from .tail_publisher import ChildListener

ARM_PAUSE_SECONDS = 0.05
"""A child calls for help on the same queue at most this often."""


def run(namespace: str, queue: str) -> None:  # noqa: ARG001 - checked by DrainJob
    """Drain a queue in this work-horse.

    Args:
        namespace: first part of the keys of the server's funsies data.
        queue: name of the queue.

    Raises:
        RuntimeError: if this process is not a work-horse of a funsies worker.
    """
    child = current_child()
    try:
        report = drain_as(child, QueueName(queue))
    except SERVER_TROUBLE as trouble:
        _give_up(child, trouble)
    finally:
        close_workspaces()
    if report.end is DrainEnd.RETIRED:
        _make_way(child)


def _give_up(child: ChildContext, trouble: Exception) -> NoReturn:
    """Leave this job to the parent, which tells the trouble in one line."""
    child.observer.tell_trouble(str(trouble))
    os._exit(os.EX_TEMPFAIL)


def _make_way(child: ChildContext) -> NoReturn:
    """Leave this job unfinished: a fresh child goes on with it."""
    child.observer.retire()
    os._exit(os.EX_OK)


def drain_as(child: ChildContext, queue: QueueName) -> DrainReport:
    """Drain a queue as this child until it is empty, the slice is over, or it has to leave."""
    address, timing, observer = child.address, child.timing, child.observer
    backend = open_backend(
        address,
        max_outage_seconds=timing.outage_seconds,
        answer_seconds=ANSWER_SECONDS,
    )
    with closing(backend):
        file, listener = child.file, NOBODY
        if file is not None:
            listener = ChildListener(backend.graph, observer.board, file)
        return drain(
            backend.graph,
            Evaluator(
                backend,
                worker=child.worker,
                on_start=observer.started,
                timed=observer.timed,
                on_spoiled=observer.spoil,
                owns_process=True,
                listener=listener,
                file=file,
            ),
            child.assignment.slot,
            queue,
            lease_ms=timing.lease_ms,
            most_claims=MOST_CLAIMS,
            until=observer.must_stop,
            arm=_Helpers(backend.graph, address.jobs_url).call,
            observer=observer,
            inherited=child.assignment.inherited,
            slice_seconds=timing.slice_seconds,
        )


class _Helpers:
    """Calls other workers; connects when it is first needed, which is seldom."""

    def __init__(self, graph: GraphStore, jobs_url: str) -> None:
        self._graph = graph
        self._jobs_url = jobs_url

    def call(self, queues: Iterable[QueueName]) -> None:
        """Queue drain jobs; if that fails, the parent does the same at its next tick."""
        with suppress(*SERVER_TROUBLE):
            self._dispatch.arm(queues)

    @cached_property
    def _dispatch(self) -> Dispatch:
        return Dispatch(self._graph, self._jobs_url, pause_seconds=ARM_PAUSE_SECONDS)
