"""Run a case on a peer."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from pathlib import Path
from typing import Any, Final

from harness import Figures, Setting, spread

from funsies.local.server_settings import find_program

from .environments import python_of

CASES: Final = ("wide", "chain", "shell", "cached", "incremental")
"""Cases that peers can be asked for."""

MOST_SECONDS: Final = 10
"""After so long a case is not repeated any more."""

TIMEOUT_SECONDS: Final = 300


def measure_peer(peer: str, case: str, setting: Setting, directory: Path) -> Figures:
    """What an operation takes: on the clock, and of the processor.

    Processor time of workers has that of all processes of the peer but the program that asks,
    also that of a server if it has one.

    Args:
        peer: its name.
        case: its name.
        setting: how large; the peer may do less, and says so.
        directory: where environments are.
    """
    adapters = Path(__file__).with_name("adapters")
    python = python_of(peer, directory)
    command = [str(python), "-P", str(adapters / f"on_{peer}.py"), case]
    numbers = (setting.n, setting.workers, setting.repeats, MOST_SECONDS)
    paths = [str(adapters), str(adapters.parents[1])]
    done = subprocess.run(
        [*command, *map(str, numbers)],
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(python.parent), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join(paths),
            "FUNSIES_BENCHMARK_PEER": secrets.token_hex(),
            "FUNSIES_BENCHMARK_SERVER": str(find_program()),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{peer} has failed at {case}:\n{done.stderr}")
    return _figures(json.loads(done.stdout))


def _figures(answer: dict[str, Any]) -> Figures:
    if "cannot" in answer:
        return {"cannot": True}
    each = 1000 / answer["operations"]
    names = {
        "wall": "milliseconds_per_operation",
        "client": "client_cpu_ms_per_operation",
        "worker": "worker_cpu_ms_per_operation",
    }
    figures: Figures = {
        "version": answer["version"],
        "n": answer["n"],
        "repeats": len(answer["taken"]),
    }
    for role, name in names.items():
        figures |= spread(name, [taken[role] * each for taken in answer["taken"]])
    return figures
