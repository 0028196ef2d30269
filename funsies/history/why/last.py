"""In which run a step ran last."""

from __future__ import annotations

from typing import Final

from funsies.core.digest import Digest
from funsies.history.run_records import numbers
from funsies.history.runs import Run
from funsies.history.runs import run as find_run
from funsies.store.connect import Backend
from funsies.store.execution_record import decode_record

_MOST_RUNS: Final = 100


def run_that_ran(backend: Backend, step: Digest) -> Run | None:
    """The run in which a step ran last; None if it never did, or that is not known any more.

    Args:
        backend: where it is stored.
        step: its address.
    """
    record = decode_record(backend.graph.records([step])[0])
    if record is None:
        return None
    for number in numbers(backend.graph)[:_MOST_RUNS]:
        run = find_run(backend, number)
        if run is not None and run.began <= record.started:
            return run
    return None
