"""Measure funsies: ``python benchmarks/run.py --case wide -n 1000 --workers 2``.

Each case prints one JSON line. It starts a server of its own, append-only file on, in a
temporary directory, and real workers. Figures are medians of ``--repeats`` runs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib import import_module

from harness import Figures, Setting

SIZES = {
    "wide": 1000,
    "chain": 300,
    "shell": 200,
    "cached": 1000,
    "incremental": 500,
    "build": 1000,
    "recording": 1000,
    "watching": 1000,
    "evaluate": 1000,
    "travel": 20,
    "data": 64,
    "arrays": 40,
    "values": 100,
    "mypy": 10_000,
    "footprint": 2000,
    "page": 1000,
    "why": 10_000,
}
"""The cases, with the size of each if ``-n`` does not say another."""

WITH_RAW_RQ = {"wide", "chain"}


def measure(case: str, setting: Setting) -> Figures:
    """Run a case and say on what it ran."""
    figures: Figures = import_module(f"cases.{case}").measure(setting)
    return {
        "case": case,
        "n": setting.n,
        "workers": setting.workers,
        "repeats": setting.repeats,
        **figures,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
    }


def main() -> None:
    """Run the cases that are asked for, by default all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", action="append", choices=SIZES, help="may be repeated")
    units = "operations; modules for travel; MiB for data; MB for arrays; "
    units += "percent of the full sizes for values; lines for mypy"
    parser.add_argument("-n", type=int, help=units)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--raw-rq-jobs", type=int, default=200, help="0 leaves raw RQ out")
    asked = parser.parse_args()
    for case in asked.case or SIZES:
        jobs = asked.raw_rq_jobs if case in WITH_RAW_RQ else 0
        setting = Setting(asked.n or SIZES[case], asked.workers, asked.repeats, jobs)
        print(json.dumps(measure(case, setting)), flush=True)


if __name__ == "__main__":
    main()
