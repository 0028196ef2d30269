"""The page of workers: what ``funsies top`` shows, with links."""

from __future__ import annotations

import time
from typing import Final

from starlette.requests import Request

from funsies.core.digest import Digest
from funsies.core.options import DEFAULT_QUEUE
from funsies.engine.starting import starting_queues
from funsies.history.pending_runs import Askers
from funsies.report.elsewhere import left_behind
from funsies.report.occupation import Known, counted_states, who_works, workers_by_run
from funsies.store.submission import queue_name

from .site import Facts, Site

LOOK_SECONDS: Final = 2.0

MOST_SHOWN: Final = 200
"""So many workers are shown, those first whose steps have run for longest."""


def workers_pulse(_site: Site, _request: Request) -> object:
    """Differs every two seconds.

    What is shown of workers (signs of life, for how long) changes all the time, and nothing on
    the server says so; to look costs the same for any number of steps.
    """
    return time.monotonic() // LOOK_SECONDS


class WorkersPage:
    """Shows who works, and at what; knows which requests are of which run."""

    def __init__(self, site: Site) -> None:
        self._askers = Askers(site.backend)

    def look(self, site: Site, _request: Request) -> Facts:
        """Workers with what they run, what was left to them, and what is ready on queues."""
        graph = site.backend.graph

        def inquire(operations: list[Digest]) -> Known:
            rows = zip(operations, graph.operations(operations), strict=True)
            tasks = {each: row.task_name for each, row in rows if row is not None}
            labels = site.naming.labels(operations)
            called = {each: labels.of(each, tasks.get(each, "")) for each in operations}
            runs = self._askers.newest_runs(operations)
            return Known(called, runs)

        queues = graph.queues()
        expected = {queue_name(DEFAULT_QUEUE), *queues}
        found = who_works(site.server, graph, inquire)
        return {
            "found": found[:MOST_SHOWN],
            "more": max(0, len(found) - MOST_SHOWN),
            "states": counted_states(found),
            "left_behind": left_behind(site.backend, workers_by_run(found)),
            "queues": sorted(queues.items()),
            "are_starting": not found and bool(starting_queues(site.server, expected)),
        }
