"""The surroundings of steps in a program that runs them itself.

Its environment and its directory are restored, and no event loop runs for a step. For the rest
a step is there what calling its function would be: the program may have threads that count on
what the whole process shares, and it may have set a seed on purpose.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from funsies.run.messages import noted_messages

from .place import TURNS, Place
from .running_loop import no_loop_running
from .streams import MAX_LOG_BYTES, Log


class ProgramSurroundings:
    """The program as the steps find it."""

    def take_note(self) -> None:
        """Do nothing: the program is taken as it is when a step begins."""

    @contextmanager
    def of_step(self, variables: Mapping[str, str]) -> Iterator[Log]:
        """Run a step with some more environment variables; the program keeps its streams.

        Yields:
            What it says by ``logging``; complete when the block has ended.
        """
        log = Log()
        with restored(variables), no_loop_running(), noted_messages() as noted:
            try:
                yield log
            finally:
                log.tail = noted()[-MAX_LOG_BYTES:]


@contextmanager
def restored(variables: Mapping[str, str]) -> Iterator[None]:
    """Run with some more environment variables; restore the environment and directory after.

    While one thread is in a fresh directory, others wait here, so that none of them takes that
    for the directory of the program.
    """
    with TURNS:
        place = Place()
    with closing(place):
        os.environ.update(variables)
        try:
            yield
        finally:
            with TURNS:
                place.restore()
