"""What is shown while one waits for steps of a server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial

from funsies.client.progress import Progress, Report
from funsies.core.errors import NoServerError
from funsies.history.step_names import Naming
from funsies.report.console import make_console
from funsies.report.elsewhere import Elsewhere
from funsies.store.connect import Backend
from funsies.store.rows import Generation

from .display import Display


def display_of(backend: Backend, own: Callable[[], Collection[Generation]]) -> Display:
    """Shows how far it is, on stderr, with the labels of steps.

    Args:
        backend: where the steps are.
        own: the requests that are waited for, asked anew each time: of workers that are busy
            with others it is told.
    """
    naming, elsewhere = Naming(backend), Elsewhere(backend, own)
    return Display(make_console(), backend.graph, naming=naming, elsewhere=elsewhere)


class Aside:
    """Shows the same for a program that is to go on when nothing can be shown any more.

    Args:
        display: that shows it.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._is_over = False

    @contextmanager
    def shown(self) -> Iterator[Report]:
        """Show it while one waits, as long as stderr takes it."""
        with self._display.shown() as tell:
            yield partial(self._tell, tell)

    def _tell(self, tell: Report, progress: Progress) -> None:
        if self._is_over:
            return
        try:
            tell(progress)
        except NoServerError:  # who waits tells of that
            raise
        except OSError:  # its reader has gone away, or the disk is full
            self._is_over = True


def aside_of(backend: Backend, own: Callable[[], Collection[Generation]]) -> Aside:
    """Shows how far it is beside what a program does, which does not fail by it."""
    return Aside(display_of(backend, own))
