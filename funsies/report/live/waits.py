"""What is shown while one waits for steps of a server."""

from __future__ import annotations

from functools import partial

from funsies.report.console import make_console
from funsies.store.connect import Backend

from .display import Display
from .naming import labels_of_few


def display_of(backend: Backend) -> Display:
    """Shows how far it is, on stderr, with the labels of steps.

    Args:
        backend: where the steps are.
    """
    look = partial(labels_of_few, backend)
    return Display(make_console(), backend.graph, look=look)
