"""What is written down of the runs that commands are, and buttons of the page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from funsies.config.program import program
from funsies.history.recorder import Recorder
from funsies.session import Session, recorded


@contextmanager
def command_recorded(session: Session) -> Iterator[Session]:
    """Take what a command asks for in a session for a run of its own."""
    session.recorder = Recorder(session.backend, lambda: program("funsies", sys.argv[1:]))
    with recorded(session):
        yield session
