"""How far an execution is, in the cell that waits for it, and where a handle is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from funsies.client.progress import Progress, Report
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding.previews import MimeBundle
from funsies.store.rows import OperationState, Status, TaskCounts

from .blocks import BAD, GOOD, UNDER_WAY, Block, bundle_of_block
from .ipython import display_in_cell

PATIENCE_SECONDS: Final = 0.5
"""What is over sooner shows nothing."""

PAUSE_SECONDS: Final = 0.3
"""Between two changes of what is shown."""

SHOWN_TASKS: Final = 12
"""So many tasks have a row; those that run or failed come first."""


INTERRUPTED: Final = "interrupted; the steps go on: wait again, or cancel() the handle"


@contextmanager
def cell_progress(clock: Callable[[], float] = time.monotonic) -> Iterator[Report]:
    """Show progress in the cell of a notebook while a block waits.

    What is shown last stays: how many steps there were, and how long it took.

    Args:
        clock: the time, monotonic seconds.

    Yields:
        A function, to be called with how far it is.
    """
    shown = _Shown(clock)
    try:
        yield shown.report
    except Exception as problem:
        shown.end(f"the wait has ended: {type(problem).__name__}", BAD)
        raise
    except BaseException:  # a key, or the end of an asyncio task
        shown.end(INTERRUPTED, UNDER_WAY)
        raise
    shown.end()


class _Shown:
    """What stands in the cell."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._due = self._started + PATIENCE_SECONDS
        self._last: Progress | None = None
        self._handle: Any = None

    def report(self, progress: Progress) -> None:
        """Take note of how far it is; show it now and then."""
        self._last = progress
        if self._clock() >= self._due:
            self._due = self._clock() + PAUSE_SECONDS
            self._show(block_of(progress, self._clock() - self._started))

    def end(self, note: str = "", colour: str = "") -> None:
        """Leave the last state in the cell; nothing if nothing was shown yet."""
        if self._handle is None or self._last is None:
            return
        block = block_of(self._last, self._clock() - self._started)
        notes = (note,) if note else ()
        self._show(block._replace(colour=colour or block.colour, notes=notes))

    def _show(self, block: Block) -> None:
        bundle = bundle_of_block(block)
        if self._handle is None:
            self._handle = display_in_cell(bundle)
        else:
            self._handle.update(bundle, raw=True)


def block_of(progress: Progress, seconds: float) -> Block:
    """What is shown of how far an execution is.

    Args:
        progress: how far.
        seconds: since when one waits.
    """
    total = progress.total
    finished = total.done + total.failed
    everything = finished + total.pending
    names = sorted(progress.tasks, key=lambda name: _rank(name, progress.tasks[name]))
    rows = [_row(name, progress.tasks[name]) for name in names[:SHOWN_TASKS]]
    more = len(names) - SHOWN_TASKS
    notes = (f"... and {more} more tasks",) if more > 0 else ()
    return Block(
        f"{finished} of {everything} steps, {seconds:.1f} s",
        _colour(total),
        rows=[("task", "done", "cached", "running", "failed", "left"), *rows] if rows else (),
        notes=notes,
        share=finished / everything if everything else 1.0,
    )


def described(progress: Progress) -> str:
    """The same in a line.

    >>> described(Progress({"a": TaskCounts(done=3, running=1, failed=1)}))
    '3 done, 1 running, 1 failed'
    """
    total = progress.total
    numbers = {
        "done": total.done,
        "running": total.running,
        "left": total.pending - total.running,
        "failed": total.failed,
    }
    return ", ".join(f"{n} {name}" for name, n in numbers.items() if n) or "nothing to do"


def _rank(name: str, counts: TaskCounts) -> tuple[int, int, str]:
    return -counts.running, -counts.failed, name


def _row(name: str, counts: TaskCounts) -> tuple[str, ...]:
    numbers = (counts.done, counts.linked, counts.running, counts.failed)
    return (name, *map(str, numbers), str(counts.pending - counts.running))


def _colour(total: TaskCounts) -> str:
    if total.failed:
        return BAD
    return UNDER_WAY if total.pending else GOOD


SHOWN: Final = 10
"""So many targets are shown."""


def bundle_of_handle(
    targets: Sequence[Digest],
    names: Mapping[Digest, str],
    states: Sequence[OperationState],
    progress: Progress | None,
) -> MimeBundle:
    """What a notebook shows of a handle.

    Args:
        targets: what was asked for.
        names: of those that have one.
        states: where the first of them stand; empty if nobody can say.
        progress: of the execution.
    """
    statuses = [state.status for state in states]
    known = [*map(str, statuses), *[""] * len(targets)]
    rows = [
        (names.get(target, ""), known[position], short_hash(target))
        for position, target in enumerate(targets[:SHOWN])
    ]
    more = len(targets) - SHOWN
    notes = [f"... and {more} more"] if more > 0 else []
    facts = [] if progress is None else [("steps since then", described(progress))]
    block = Block(
        f"execution of {len(targets)} step{'' if len(targets) == 1 else 's'}",
        _colour_of(statuses),
        facts,
        [("step", "status", "hash"), *rows] if rows else (),
        notes=notes,
    )
    return bundle_of_block(block)


def _colour_of(statuses: Sequence[Status]) -> str:
    if Status.FAILED in statuses:
        return BAD
    return GOOD if all(each.is_finished for each in statuses) else UNDER_WAY
