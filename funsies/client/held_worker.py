"""Waiting in a program that a step has started: the step holds a worker meanwhile.

A step that waits by itself is refused (``nested``). A command, or a program that a function
starts, is a process like any other, and may well wait if there are enough workers. So it is
only told, as soon as work is ready that no worker takes.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from funsies.core.digest import Digest
from funsies.store.rows import Lease

ADVICE: Final = (
    "If no other worker becomes free, both wait for ever: pass what it computes to the step as "
    "an input, or run the steps inside of it, Fun(defaults=options(distributed=False))"
)


def step_around(leases: Iterable[Lease]) -> Digest | None:
    """The step that has started this program, directly or not; None if there is none.

    Args:
        leases: of all steps that run. Their slots name host and process of the worker.
    """
    mine = {f"{socket.gethostname()}:{pid}" for pid in _ancestors()}
    held = (each for each in leases if each.slot.rpartition(":")[0] in mine)
    return next((each.operation for each in held), None)


def _ancestors(proc: Path = Path("/proc")) -> Iterator[int]:
    """Processes above this one, as far as they can be seen; none without ``/proc``."""
    pid = "self"
    while pid not in {"0", "1"}:
        try:
            about = (proc / pid / "stat").read_text("utf-8", "replace")
        except OSError:
            return
        pid = about.rpartition(")")[2].split()[1]  # the name in front may be any text
        yield int(pid)
