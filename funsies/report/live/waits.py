"""What is shown while one waits for steps of a server."""

from __future__ import annotations

from collections.abc import Callable, Collection

from funsies.history.watched import Naming
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
