"""Where the time goes: a profile of the client, of the workers, and the server's commands.

Who measures sets the variable ``FUNSIES_BENCHMARK_PROFILE`` to a directory. Workers then find
``profiled/sitecustomize.py``, by which each process that they fork for steps writes a profile
there when it ends.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, TypeAlias

VARIABLE: Final = "FUNSIES_BENCHMARK_PROFILE"
SHOWN: Final = 30
"""Number of functions that are shown of a profile."""

Function: TypeAlias = tuple[str, int, str]
"""File, line and name, as ``pstats`` knows a function."""


_client = cProfile.Profile()


def is_on() -> bool:
    """Tell whether a profile is asked for."""
    return VARIABLE in os.environ


@contextmanager
def profiled() -> Iterator[Path]:
    """Have workers that start in the block profiled, and the client where a meter runs.

    Yields:
        A directory that has the profiles after the block: ``client`` and ``worker-<pid>``.
    """
    directory = Path(tempfile.mkdtemp(prefix="funsies-profile-"))
    before = os.environ.get("PYTHONPATH")
    for_workers = Path(__file__).with_name("profiled")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(for_workers), before]))
    os.environ[VARIABLE] = str(directory)
    try:
        yield directory
    finally:
        if _client.getstats():
            _client.dump_stats(directory / "client")
        del os.environ[VARIABLE]
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


@contextmanager
def of_client() -> Iterator[None]:
    """Profile this thread in the block, if a profile is asked for."""
    with _client if is_on() else nullcontext():
        yield


def report(directory: Path) -> Iterator[str]:
    """Say in lines in which functions client and workers spent their time."""
    for role, files in (
        ("client", list(directory.glob("client"))),
        ("workers", sorted(directory.glob("worker-*"))),
    ):
        if files:
            yield f"{role}: seconds in the function itself, with what it calls, and calls"
            yield from _lines(pstats.Stats(*map(str, files)))
    yield f"The whole profiles are in {directory}"


def _lines(statistics: pstats.Stats) -> Iterator[str]:
    # By function: primitive calls, calls, own time, cumulative time, callers; not in typeshed.
    functions: dict[Function, tuple[int, int, float, float, object]] = vars(statistics)["stats"]
    by_own = sorted(functions.items(), key=lambda item: -item[1][2])
    for (file, line, name), (_, calls, own, cumulative, _) in by_own[:SHOWN]:
        where = f"{'/'.join(Path(file).parts[-2:])}:{line} " if line else ""
        yield f"{own:9.3f} {cumulative:9.3f} {calls:9,} {where}{name}"
