"""A display that is not even loaded until there is something to show."""

from __future__ import annotations

# These two names, which take no time, are bound now: once a script runs, modules beside it are
# found first, and there may be others of these names. What draws needs them.
import colorsys  # noqa: F401
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import rich  # noqa: F401

from funsies.client.progress import Progress, Report
from funsies.store.connect import Backend
from funsies.store.rows import Generation

if TYPE_CHECKING:
    from .display import Display


class DeferredDisplay:
    """Shows how far it is, on stderr, from the moment when something goes on.

    Where everything is there already, nothing is ever shown; and what draws takes a while to
    import.

    Args:
        backend: where the steps are.
        own: the requests that are waited for, asked anew each time.
    """

    def __init__(self, backend: Backend, own: Callable[[], Collection[Generation]]) -> None:
        self._backend = backend
        self._own = own
        self._began = time.monotonic()

    @cached_property
    def _display(self) -> Display:
        from .display import display_of  # noqa: PLC0415 - it imports Rich

        return display_of(self._backend, self._own, self._began)

    @contextmanager
    def shown(self) -> Iterator[Report]:
        """Show it while one waits, if anything goes on meanwhile or has since the run began.

        Yields:
            A function, to be called with how far it is.
        """
        with ExitStack() as stack:
            tell: Report | None = None
            looks = 0

            def report(progress: Progress) -> None:
                nonlocal tell, looks
                looks += 1
                # The only look at what is over is the last one; who looks again, waits.
                if tell is None and (progress.tasks or looks > 1):
                    tell = stack.enter_context(self._display.shown())
                if tell is not None:
                    tell(progress)

            yield report
