"""The yardstick: the same work as jobs of plain RQ, on the same server with as many workers."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness import Figures, Setting, spread

from funsies.session import Session

PROGRAM = Path(__file__).with_name("raw_rq_program.py")

WORKERS = {"raw_rq": "Worker", "rq_simple": "SimpleWorker"}
"""RQ's usual worker, which forks for each job, and the one that runs jobs in itself."""


def beside_raw_rq(
    setting: Setting, session: Session, jobs: str, ours: Sequence[float]
) -> Figures:
    """What a job of plain RQ takes, and the part of it that an operation of ours does.

    It is measured by a program of its own: RQ's key prefix is fixed when RQ is imported, and
    funsies has its own.

    Args:
        setting: how often, and with how many workers.
        session: whose server is used.
        jobs: ``wide``, ``chain``, ``shell``, or ``enqueue``, which only hands them in.
        ours: milliseconds an operation, of each repeat.
    """
    if not setting.raw_rq_jobs:
        return {}
    figures: Figures = {}
    for name, worker in WORKERS.items():
        taken = _measured(setting, session, jobs, worker)
        figures |= spread(f"{name}_ms_per_job", taken["wall"])
        ratio = statistics.median(ours) / statistics.median(taken["wall"])
        figures[f"ratio_to_{name}"] = round(ratio, 4)
        for role in ("client", "server", "worker"):
            cpu = statistics.median(taken[role])
            figures[f"{name}_{role}_cpu_ms_per_job"] = round(cpu, 4)
    return figures


def _measured(
    setting: Setting, session: Session, jobs: str, worker: str
) -> dict[str, list[float]]:
    each = max(1, setting.raw_rq_jobs // setting.repeats)
    numbers = map(str, (each, setting.repeats, setting.workers))
    answer = subprocess.run(
        [sys.executable, str(PROGRAM), jobs, worker, *numbers],
        env={**os.environ, "RAW_RQ_URL": session.server.jobs_url},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    taken: dict[str, list[float]] = json.loads(answer.stdout)
    return taken
