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
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path

import peers
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
    if asked.list:
        print(*_descriptions(), sep="\n")
        return
    _keep_compiled_modules()
    results = []
    for figures in _results(asked):
        results.append(figures)
        print(json.dumps(figures), flush=True)
    print(*lines(results), sep="\n", file=sys.stderr)
    sys.exit(any("error" in result for result in results))


def _descriptions() -> Iterator[str]:
    for name in CASES:
        case = _case(name)
        yield f"{name:15} {case.about} (n = {case.n} {case.unit})"


def _results(asked: argparse.Namespace) -> Iterator[Figures]:
    """Measure each case, and then peers at the size that is the usual one or was asked for."""
    measure = _profiled if asked.profile else _of_us
    for name in asked.case or CASES:
        case = _case(name)
        for setting in _settings(asked, case):
            if not asked.only_peers:
                yield _with_machine(name, setting, partial(measure, name, setting))
            if name in peers.CASES and setting.n in {case.n, asked.n}:
                for peer in asked.peers:
                    act = partial(peers.measure_peer, peer, name, setting, asked.environments)
                    yield _with_machine(name, setting, act) | {"peer": peer}


def _with_machine(name: str, setting: Setting, act: Callable[[], Figures]) -> Figures:
    """Measure, and say what was asked for and on what machine it ran."""
    load = os.getloadavg()[0]
    measured = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    try:
        figures = act()
    except Exception as error:  # noqa: BLE001 - the other cases are to run
        traceback.print_exc()
        figures = {"error": repr(error)}
    return {
        "case": name,
        "n": setting.n,
        "workers": setting.workers,
        "repeats": setting.repeats,
        **figures,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(load, 2),
        "measured": measured,
    }


def _of_us(name: str, setting: Setting) -> Figures:
    figures: Figures = import_module(f"cases.{name}").measure(setting)
    return figures


def _profiled(name: str, setting: Setting) -> Figures:
    """Run a case with a profile, which slows it down; show on standard error what it says."""
    with profiling.profiled() as directory:
        figures = _of_us(name, setting)
    said = [f"\n{name}, profiled", *profiling.report(directory), *command_lines(figures)]
    print(*said, sep="\n", file=sys.stderr)
    return figures | {"is_profiled": True}


def _keep_compiled_modules() -> None:
    """Have what is imported compiled once, as where funsies is installed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _settings(asked: argparse.Namespace, case: Case) -> Iterator[Setting]:
    """How a case is to run."""
    repeats = asked.repeats or (1 if asked.quick else REPEATS)
    jobs = asked.raw_rq_jobs
    if jobs is None:
        jobs = QUICK_RAW_RQ_JOBS if asked.quick else RAW_RQ_JOBS
    for n in _sizes(asked, case):
        is_usual = n in {case.n, case.quick_n, asked.n}
        yield Setting(n, asked.workers, repeats, jobs if is_usual else 0)


def _sizes(asked: argparse.Namespace, case: Case) -> tuple[int, ...]:
    if asked.n:
        return (asked.n,)
    if asked.quick:
        return (case.quick_n,)
    series = [size for size in case.series if size <= asked.series]
    return tuple(sorted({case.n, *series}))


def _case(name: str) -> Case:
    case: Case = import_module(f"cases.{name}").CASE
    return case


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="say which cases there are")
    parser.add_argument("--case", action="append", choices=CASES, help="may be repeated")
    parser.add_argument("-n", type=int, help="size, in the unit of the case")
    parser.add_argument("--quick", action="store_true", help="small: does every case run?")
    parser.add_argument(
        "--series",
        metavar="N",
        type=int,
        nargs="?",
        default=0,
        const=sys.maxsize,
        help="also at other sizes, up to N: how do costs grow?",
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, help=f"by default {REPEATS}, with --quick 1")
    parser.add_argument("--raw-rq-jobs", type=int, help="for comparison; 0 leaves it out")
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    parser.add_argument(
        "--peers",
        type=_peers,
        default=(),
        help=f"other engines, e.g. dask,parsl, or all: {', '.join(peers.REQUIREMENTS)}",
    )
    parser.add_argument("--only-peers", action="store_true", help="and not funsies")
    parser.add_argument(
        "--environments",
        type=Path,
        default=peers.default_directory(),
        help="where peers are installed, once; by default %(default)s",
    )
    return parser.parse_args()


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(peers.REQUIREMENTS) if text == "all" else tuple(text.split(","))
    if unknown := set(names) - set(peers.REQUIREMENTS):
        raise argparse.ArgumentTypeError(f"there is no adapter for {', '.join(unknown)}")
    return names


if __name__ == "__main__":
    main()
