"""How far it is, in a few words: where no terminal is."""

from __future__ import annotations

from typing import Final

from funsies.client.progress import Progress
from funsies.core.cutting import printable
from funsies.store.rows import TaskCounts

SHOWN_TASKS: Final = 4


def describe(progress: Progress) -> str:
    """Say in few words what goes on: ``2 running: simulate (2), 1 failed``."""
    counts = progress.total
    pieces = [_running(progress, counts)]
    pieces += [f"{counts.failed} failed"] if counts.failed else []
    pieces += [f"{counts.delayed} to be tried again"] if counts.delayed else []
    return ", ".join(pieces)


def _running(progress: Progress, counts: TaskCounts) -> str:
    if not counts.running:
        return f"{counts.ready} ready" if counts.ready else "nothing running"
    names = sorted(
        (name for name, each in progress.tasks.items() if each.running),
        key=lambda name: -progress.tasks[name].running,
    )
    running = {name: progress.tasks[name].running for name in names[:SHOWN_TASKS]}
    shown = [f"{printable(name)} ({number})" for name, number in running.items()]
    more = [f"{len(names) - SHOWN_TASKS} more"] if len(names) > SHOWN_TASKS else []
    return f"{counts.running} running: {', '.join(shown + more)}"
