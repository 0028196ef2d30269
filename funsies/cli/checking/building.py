"""Building the graph of a script without running any of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from funsies.cli.exits import Exit
from funsies.cli.say import note
from funsies.cli.script import EndOfScript, run_script
from funsies.report.numbers import counted
from funsies.session import Session, session_opened


class _ResultAsked(EndOfScript):
    """The script asks for a result: its graph is built as far as it can be without any."""


def build_graph(script: Path, arguments: Sequence[str]) -> int:
    """Build the graph of a script in memory; return the exit code.

    Args:
        script: what to run, up to the point where it asks for a result.
        arguments: what it finds in ``sys.argv``.
    """
    sessions: list[Session] = []

    def watch(session: Session) -> None:
        sessions.append(session)
        session.on_request = _stop

    opened = session_opened.set(watch)
    try:
        with _in_memory(), _modules_beside(script):
            code = run_script(script, arguments)
    except _ResultAsked:
        code = Exit.OK
    finally:
        session_opened.reset(opened)
    steps = counted(sum(len(session.operations) for session in sessions), "step")
    if code == Exit.OK:
        note(f"{script}: {steps} can be built")
        return code
    hint = "; --arguments gives it what it needs in sys.argv" if code == Exit.USAGE else ""
    note(f"{script}: it ended with exit code {code}, after building {steps}{hint}")
    return Exit.RESULT_IS_ERROR


@contextmanager
def _in_memory() -> Iterator[None]:
    before = os.environ.get("FUNSIES_JOBS")
    os.environ["FUNSIES_JOBS"] = "memory://"
    try:
        yield
    finally:
        os.environ.pop("FUNSIES_JOBS")
        if before is not None:
            os.environ["FUNSIES_JOBS"] = before


@contextmanager
def _modules_beside(script: Path) -> Iterator[None]:
    """Forget afterwards what the script imported from its directory: the next has its own."""
    before, path = set(sys.modules), list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - before:
            file = Path(getattr(sys.modules[name], "__file__", None) or "")
            if script.absolute().parent in file.parents and "site-packages" not in file.parts:
                del sys.modules[name]


def _stop() -> None:
    raise _ResultAsked
