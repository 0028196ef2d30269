"""What many operations leave behind: on the server, on the disk, and in workers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from graphs import wide_graph
from harness import Case, Figures, Setting, connection, run_to_end, server_and_workers
from turmoil.processes import descriptors, marked, resident_bytes

import funsies as f
from funsies.session import Session

from .shell import count_lines

CASE = Case(
    "what n Python steps and n / 50 shell steps leave behind",
    n=2000,
    quick_n=100,
)

OPERATIONS_A_SHELL_STEP: Final = 50
GRAPH: Final = 1000
"""Operations of one graph; so there are many of them, and many drain jobs."""


def measure(setting: Setting) -> Figures:
    """Look before, after ``n`` Python steps, after ``n / 50`` shell steps, and after clean."""
    with _place_of_temporaries() as temporary:
        with server_and_workers(setting.workers) as session:
            before = _look(session, temporary)
            _python_steps(setting.n)
            after_python = _look(session, temporary)
            _shell_steps(setting.n // OPERATIONS_A_SHELL_STEP)
            after_shell = _look(session, temporary)
            _clean(session)
            cleaned = _look(session, temporary)
        left = [" ".join(each.command)[:100] for each in marked(f"TMPDIR={temporary}")]
        files = len(list(Path(temporary).iterdir()))
    return {
        "before": before,
        "after_python": after_python,
        "after_shell": after_shell,
        "after_clean": cleaned,
        "processes_left": left,
        "temporaries_left": files,
    }


@contextmanager
def _place_of_temporaries() -> Iterator[str]:
    """A directory for the temporary files of all processes; other cases have the usual one."""
    with tempfile.TemporaryDirectory(prefix="funsies-footprint-") as place:
        usual = os.environ.get("TMPDIR")
        os.environ["TMPDIR"], tempfile.tempdir = place, None
        try:
            yield place
        finally:
            del os.environ["TMPDIR"]
            if usual is not None:
                os.environ["TMPDIR"] = usual
            tempfile.tempdir = None


def _python_steps(n: int) -> None:
    for first in range(0, n, GRAPH):
        graph = wide_graph(min(GRAPH, n - first) - 1, 1_000_000 + first)
        run_to_end(graph.target, graph.expected)


def _shell_steps(n: int) -> None:
    lines = count_lines(*(f.shell(f"echo {number}").stdout for number in range(n)))
    run_to_end(lines, n)


def _clean(session: Session) -> None:
    program = Path(sys.executable).with_name("funsies")
    environment = {**os.environ, **session.server.environment()}
    subprocess.run([program, "clean"], env=environment, check=True, capture_output=True)


def _look(session: Session, temporary: str) -> Figures:
    mine = [each for each in marked(f"TMPDIR={temporary}") if "--workers" in each.command]
    with connection(session) as server:
        memory = server.info("memory")
        keys, clients = server.dbsize(), server.info("clients")["connected_clients"]
    return {
        "keys": keys,
        "server_bytes": int(memory["used_memory"]),
        "connections": clients,
        "worker_processes": len(mine),
        "processes": len(marked(f"TMPDIR={temporary}")),
        "descriptors": sorted(descriptors(each.pid) for each in mine),
        "worker_mib": sorted(resident_bytes(each.pid) >> 20 for each in mine),
        "temporaries": len(list(Path(temporary).iterdir())),
        "data_files": sum(1 for _ in Path(temporary).glob("*/.funsies/data/**/*")),
    }
