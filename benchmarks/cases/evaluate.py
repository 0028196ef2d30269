"""Evaluating alone: what a work-horse does with a claimed operation, without any server.

The store is in memory, and the claims are made before; so what is left is loading inputs,
calling, encoding, recording, and putting back what a step may have changed.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from typing import IO

from graphs import wide_graph
from harness import Case, Figures, Setting, spread

from funsies.client.targets import collect
from funsies.core.python_plan import PYTHON
from funsies.engine.slots import new_slot
from funsies.engine.supervision.child import ChildObserver
from funsies.engine.supervision.status_board import StatusBoard
from funsies.engine.tail_publisher import ChildListener
from funsies.pickling import become_another
from funsies.run.evaluate import Evaluator
from funsies.run.surroundings.streams import new_file
from funsies.store.connect import Backend, open_backend
from funsies.store.ports import GraphStore
from funsies.store.rows import Claim, Fence, StepMessage
from funsies.store.submission import queue_name, submit

CASE = Case(
    "processor time of a work-horse to evaluate a claimed no-op step, without a server",
    n=1000,
    quick_n=50,
    unit="steps",
)

WARM_UP = 20
LEASE_MS = 600_000


def measure(setting: Setting) -> Figures:
    """Processor time an operation, each of the runs in a fresh process as work-horses are."""
    backend = open_backend("memory://")
    claims = claimed(backend, setting.n + WARM_UP)
    times = [in_fork(backend, claims) for _ in range(setting.repeats)]
    return spread("cpu_ms_per_operation", [1000 * each / setting.n for each in times])


def claimed(backend: Backend, n: int) -> list[Claim]:
    """Claim ``n`` no-op operations that are ready, each under a slot of its own."""
    submit(backend, tuple(collect([wide_graph(n, 0).target]).built.values()))
    return [claim for _ in range(n) if (claim := claim_one(backend.graph)) is not None]


def claim_one(graph: GraphStore) -> Claim | None:
    """Claim one operation."""
    queue, fence = queue_name("default", PYTHON), Fence(secrets.token_bytes(16))
    return graph.step(StepMessage(new_slot(), 1, queue, lease_ms=LEASE_MS, fence=fence)).claim


def in_fork(backend: Backend, claims: list[Claim]) -> float:
    """Seconds of processor time that a fork takes for all claims but the first few."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            seconds = seconds_of_all(backend, claims)
            os.write(writer, json.dumps(seconds).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        seconds = float(answer.read())
    os.waitpid(pid, 0)
    return seconds


def seconds_of_all(backend: Backend, claims: list[Claim]) -> float:
    """Evaluate as a work-horse does that has become the program."""
    become_another()
    evaluate = evaluator(backend, new_file(), claims[0]).evaluate
    for claim in claims[:WARM_UP]:
        evaluate(claim)
    started = time.process_time()
    for claim in claims[WARM_UP:]:
        evaluate(claim)
    return time.process_time() - started


def evaluator(backend: Backend, file: IO[bytes], claim: Claim) -> Evaluator:
    """The evaluator of a work-horse that has claimed something."""
    announcement = StatusBoard()
    observer = ChildObserver(announcement)
    observer.claimed(claim)
    return Evaluator(
        backend,
        worker="worker",
        on_start=observer.started,
        on_spoiled=observer.spoil,
        owns_process=True,
        listener=ChildListener(backend.graph, announcement, file),
        file=file,
    )
