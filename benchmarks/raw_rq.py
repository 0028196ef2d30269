"""The yardstick: no-op jobs through plain RQ, on the same server with as many workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("raw_rq_program.py")


def raw_rq_ms_per_job(url: str, jobs: int, workers: int) -> float:
    """Milliseconds a job of plain RQ.

    It is measured by a program of its own: RQ's key prefix is fixed when RQ is imported, and
    funsies has its own.
    """
    answer = subprocess.run(
        [sys.executable, str(PROGRAM), str(jobs), str(workers)],
        env={**os.environ, "RAW_RQ_URL": url},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return float(answer.stdout)
