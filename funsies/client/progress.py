"""How far an execution is, from the counters by task name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from funsies.session import Session
from funsies.store.rows import TaskCounts

from .notebook.shell import is_notebook


@dataclass(frozen=True, slots=True)
class Progress:
    """How far everything on the server is that was pending since the execution began.

    Attributes:
        tasks: by task name. States (``waiting``, ``ready``, ``delayed``, ``running``,
            ``delegated``) are those of now; ``done``, ``failed``, ``executed``, ``linked``,
            ``skipped``, ``lost``, ``busy_ms`` and ``volatile`` count since the execution began.
    """

    tasks: Mapping[str, TaskCounts]

    @property
    def total(self) -> TaskCounts:
        """The sum over all task names."""
        return summed(self.tasks.values())


Report = Callable[[Progress], None]
"""Is told how far an execution is."""

Watcher = Callable[[Session], AbstractContextManager[Report]]
"""Opens a display of what goes on where a session is."""

watcher: ContextVar[Watcher | None] = ContextVar("funsies_watcher", default=None)
"""Opens a display for each wait that has none of its own; set by ``funsies run``."""


def watching(
    session: Session, on_progress: Report | None
) -> AbstractContextManager[Report | None]:
    """Whom to tell how far it is while one waits."""
    opened = watcher.get()
    if on_progress is not None:
        return nullcontext(on_progress)
    if opened is not None:
        return opened(session)
    return watching_here()


def watching_here() -> AbstractContextManager[Report | None]:
    """The cell of a notebook that waits is told; nobody elsewhere."""
    if is_notebook():
        from .notebook.progress import cell_progress  # noqa: PLC0415 - it imports this

        return cell_progress()
    return nullcontext(None)


def progress_since(before: Mapping[str, TaskCounts], now: Mapping[str, TaskCounts]) -> Progress:
    """Compare the counters of two moments."""
    tasks = {
        name: _since(before.get(name, TaskCounts()), counts) for name, counts in now.items()
    }
    return Progress({name: counts for name, counts in tasks.items() if any(_values(counts))})


_GROWING = ("done", "failed", "executed", "linked", "skipped", "lost", "busy_ms", "volatile")


def _since(before: TaskCounts, now: TaskCounts) -> TaskCounts:
    grown = {name: max(0, getattr(now, name) - getattr(before, name)) for name in _GROWING}
    return dataclasses.replace(now, **grown)


def _values(counts: TaskCounts) -> tuple[int, ...]:
    return dataclasses.astuple(counts)


def summed(counts: Iterable[TaskCounts]) -> TaskCounts:
    """Add up counters."""
    columns = zip(*(_values(each) for each in counts), strict=True)
    return TaskCounts(*(sum(column) for column in columns))
