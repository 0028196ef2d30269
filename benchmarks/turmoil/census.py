"""What is left behind when a run is over."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Final

from .findings import FLOOD_BYTES_A_SECOND, FREE_DESCRIPTORS, Findings
from .processes import descriptors, marked, send
from .stage import Stage, Started
from .steps import HOME

END_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1
_SMALL_LOG_BYTES: Final = 20_000


def end_workers(stage: Stage, findings: Findings) -> None:
    """Ask all workers to leave; each must do so, in order."""
    for each in stage.workers:
        _count_descriptors(each, findings)
        send(each.pid, signal.SIGTERM)
    deadline = time.monotonic() + END_SECONDS
    while any(each.is_alive for each in stage.workers) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    for each in stage.workers:
        code = each.process.poll()
        if code != 0:
            findings.add("exits", f"{each.name} ended with {code} when asked to leave")


def note_exit(stage: Stage, ended: Started, findings: Findings) -> None:
    """A worker or client has ended: by this program's hand, or by itself?"""
    code = ended.process.returncode
    if not ended.is_ours and (ended.name.startswith("worker") or code):
        kind = "exits" if ended.name.startswith("worker") else "raw_exceptions"
        if code not in {3, 4} or kind == "exits":  # those a client has told itself
            log = (stage.home / "logs" / ended.name).read_text("utf-8", "replace")
            findings.add(kind, f"{ended.name} ended with {code}: {log[-1500:]}")


def read_logs(stage: Stage, findings: Findings) -> None:
    """Find logs that grew without bound, and exceptions that nobody expected."""
    for each in (*stage.ended, *stage.workers):
        size = (stage.home / "logs" / each.name).stat().st_size
        allowed = _SMALL_LOG_BYTES + FLOOD_BYTES_A_SECOND * (time.monotonic() - each.since)
        findings.beside["log_bytes"] += size
        if size > allowed:
            findings.add("log_floods", f"{each.name} has written {size} bytes")


def count_what_is_left(stage: Stage, findings: Findings) -> None:
    """Look for processes and temporaries; a worker that starts anew has had its chance."""
    sweeper = stage.start_worker("--burst")
    sweeper.process.wait(END_SECONDS)
    mark = f"{HOME}={stage.home}"
    deadline = time.monotonic() + END_SECONDS
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    for process in left:
        findings.add("left_processes", f"{process.pid} {' '.join(process.command)[:300]}")
    for path in sorted((stage.home / "tmp").iterdir()):
        findings.add("left_files", _described(path))
    for path in (*stage.directory.path.rglob("*.part"), *stage.directory.path.rglob("*.tmp")):
        findings.add("left_files", _described(path))


def _described(path: Path) -> str:
    age = time.time() - path.stat().st_mtime
    inside = sorted(each.name for each in path.rglob("*"))[:10] if path.is_dir() else []
    return f"{path} {inside}, {age:.0f} s old"


def _count_descriptors(worker: Started, findings: Findings) -> None:
    now = descriptors(worker.pid)
    if worker.descriptors and now > worker.descriptors + FREE_DESCRIPTORS:
        findings.add("left_descriptors", f"{worker.name}: {worker.descriptors}, now {now}")
