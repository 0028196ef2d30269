"""How far an execution is, from the counters by task name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from funsies.builder.context import is_in_step
from funsies.session import Session
from funsies.store.ports import GraphReader
from funsies.store.rows import TaskCounts

from .notebook.ipython import is_notebook

PROGRESS_SECONDS: Final = 0.2
"""Pause between two looks at how far an execution is."""

_DRAWER: Final = "funsies.report.live.display"


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
    return _watching_here(session)


def attend(session: Session) -> None:
    """Have the next wait tell what fails from now on: something is about to be asked for."""
    if session.progress and watcher.get() is None and not is_in_step() and not is_notebook():
        _display(session)  # what has failed before it was made is old


def _watching_here(session: Session) -> AbstractContextManager[Report | None]:
    """The cell of a notebook that waits is told; a terminal or a pipe if that was asked for."""
    if session.progress is False or is_in_step():
        return nullcontext(None)
    if is_notebook():
        from .notebook.progress import cell_progress  # noqa: PLC0415 - it imports this

        return cell_progress()
    return _display(session).shown() if session.progress else nullcontext(None)


class _Display(Protocol):
    """Shows how far it is."""

    def shown(self) -> AbstractContextManager[Report]:
        """Show it while one waits."""
        ...


_displays: Final[WeakKeyDictionary[Session, _Display]] = WeakKeyDictionary()
"""One a session: what has failed before a wait was told by an earlier one."""


def _display(session: Session) -> _Display:
    if session not in _displays:
        recorder = session.recorder  # not the session: it is forgotten when nobody has it
        # What draws stands above all that runs workflows, and takes long to import.
        display: _Display = import_module(_DRAWER).aside_of(
            session.backend, lambda: recorder.generations
        )
        _displays[session] = display
    return _displays[session]


@contextmanager
def reported(
    display: AbstractContextManager[Report | None],
    graph: GraphReader,
    before: Mapping[str, TaskCounts] | None = None,
) -> Iterator[Callable[[], None] | None]:
    """Open a display; yield what tells it how far all has come since ``before``, or now."""
    with display as tell:
        if tell is None:
            yield None
            return
        start = graph.counts() if before is None else before
        yield lambda: tell(progress_since(start, graph.counts()))


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
