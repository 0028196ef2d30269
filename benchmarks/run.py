"""Measure funsies: ``python benchmarks/run.py --case wide -n 1000 --workers 2``.

Each case prints one JSON line; a table of all of them comes at the end, on standard error. Each
starts a server of its own, append-only file on, in a temporary directory, and real workers.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import platform
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import profiling
from harness import Case, Figures, Setting
from table import command_lines, lines

CASES = sorted(
    each.name for each in pkgutil.iter_modules([str(Path(__file__).parent / "cases")])
)
REPEATS = 5
RAW_RQ_JOBS = 200
QUICK_RAW_RQ_JOBS = 4


def main() -> None:
    """Run what is asked for, by default all cases at their usual sizes.

    A case that fails says so in its line, and the others run; the exit code is 1 then.
    """
    asked = _arguments()
    _keep_compiled_modules()
    if asked.list:
        for name in CASES:
            case = _case(name)
            print(f"{name:15} {case.about} (n = {case.n} {case.unit})")
        return
    results = []
    for name, setting in _settings(asked):
        results.append(measure(name, setting, profile=asked.profile))
        print(json.dumps(results[-1]), flush=True)
    print(*lines(results), sep="\n", file=sys.stderr)
    sys.exit(any("error" in result for result in results))


def measure(name: str, setting: Setting, *, profile: bool) -> Figures:
    """Run a case and say on what it ran."""
    figures = _profiled(name, setting) if profile else _figures(name, setting)
    return {
        "case": name,
        "n": setting.n,
        "workers": setting.workers,
        "repeats": setting.repeats,
        **figures,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
    }


def _keep_compiled_modules() -> None:
    """Have what is imported compiled once, as where funsies is installed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _figures(name: str, setting: Setting) -> Figures:
    try:
        figures: Figures = import_module(f"cases.{name}").measure(setting)
    except Exception as error:  # noqa: BLE001 - the other cases are to run
        traceback.print_exc()
        return {"error": repr(error)}
    return figures


def _profiled(name: str, setting: Setting) -> Figures:
    """Run a case with a profile, which slows it down; show on standard error what it says."""
    with profiling.profiled() as directory:
        figures = _figures(name, setting)
    said = [f"\n{name}, profiled", *profiling.report(directory), *command_lines(figures)]
    print(*said, sep="\n", file=sys.stderr)
    return figures | {"is_profiled": True}


def _settings(asked: argparse.Namespace) -> Iterator[tuple[str, Setting]]:
    """The cases to run, and how."""
    repeats = asked.repeats or (1 if asked.quick else REPEATS)
    jobs = asked.raw_rq_jobs
    if jobs is None:
        jobs = QUICK_RAW_RQ_JOBS if asked.quick else RAW_RQ_JOBS
    for name in asked.case or CASES:
        for n in _sizes(asked, _case(name)):
            yield name, Setting(n, asked.workers, repeats, jobs)


def _sizes(asked: argparse.Namespace, case: Case) -> tuple[int, ...]:
    if asked.n:
        return (asked.n,)
    if asked.quick:
        return (case.quick_n,)
    return tuple(sorted({case.n, *case.series})) if asked.all else (case.n,)


def _case(name: str) -> Case:
    case: Case = import_module(f"cases.{name}").CASE
    return case


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="say which cases there are")
    parser.add_argument("--case", action="append", choices=CASES, help="may be repeated")
    parser.add_argument("-n", type=int, help="size, in the unit of the case")
    parser.add_argument("--quick", action="store_true", help="small: does every case run?")
    parser.add_argument("--all", action="store_true", help="also all sizes of a series")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, help=f"by default {REPEATS}, with --quick 1")
    parser.add_argument("--raw-rq-jobs", type=int, help="for comparison; 0 leaves it out")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
