"""Kill at random, and count what goes wrong: ``python benchmarks/chaos.py --seed 1``.

Clients execute, reset and cancel graphs whose truth plain Python knows, while horses, workers,
watchers, clients and the server are killed or stopped, and connections cut. Prints a table and
one JSON line. Every count is to be 0; otherwise the exit code is 1, and the directory with
everything that was written is kept.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import time

from turmoil.findings import GOALS
from turmoil.run import Plan, Run

SHOWN = 40
"""So many findings are printed; the others are counted."""


def asked() -> tuple[Plan, bool]:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--seconds", type=float, default=200.0, help="of disorder")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--nodes", type=int, default=2000, help="operations of a large graph")
    parser.add_argument("--bound", type=float, default=150.0, help="seconds a wait may take")
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds between kills")
    parser.add_argument("--keep", action="store_true", help="keep the directory in any case")
    given = parser.parse_args()
    plan = Plan(given.seed, given.seconds, given.workers, given.nodes, given.bound, given.pause)
    return plan, given.keep


def main() -> int:
    """Run, and report."""
    plan, keeps = asked()
    print(f"seed {plan.seed}", file=sys.stderr, flush=True)
    started = time.monotonic()
    run = Run(plan)
    run.run()
    figures = run.findings.figures()
    for name, count in figures.items():
        print(f"{count:8}  {name:18} {GOALS[name]}", file=sys.stderr)
    for detail in run.findings.details[:SHOWN]:
        print(detail, file=sys.stderr)
    line = {
        "case": "chaos",
        "seed": plan.seed,
        "seconds": round(time.monotonic() - started, 1),
        **figures,
        "kills": dict(run.kills),
        "beside": dict(run.findings.beside),
    }
    print(json.dumps(line), flush=True)
    if run.findings.is_clean and not keeps:
        shutil.rmtree(run.stage.home)
        return 0
    print(f"what was written is in {run.stage.home}", file=sys.stderr)
    return 0 if run.findings.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
