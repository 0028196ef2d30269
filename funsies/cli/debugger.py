"""The debugger of ``funsies replay --pdb``."""

from __future__ import annotations

import pdb  # noqa: T100 - the debugger is what this is for
import traceback
from types import TracebackType

from funsies.core.fingerprint.project import is_project


def debug_at_the_step(trace: TracebackType) -> None:
    """Open the debugger after an exception, in the user's own code.

    Args:
        trace: where the exception went through.
    """
    debugger = _AtTheStep(_frames_above(trace))
    debugger.reset()
    debugger.interaction(None, trace)


def _frames_above(trace: TracebackType) -> int:
    """How many frames of libraries there are between the exception and the user's code."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    own = [at for at, frame in enumerate(frames) if is_project(frame.f_code)]
    return len(frames) - 1 - own[-1] if own else 0


class _AtTheStep(pdb.Pdb):
    """Goes up to the user's code before it asks, and shows the lines around.

    Args:
        above: how many frames to go up.
    """

    def __init__(self, above: int) -> None:
        super().__init__()
        self._first = [*([f"up {above}"] if above else []), "list"]

    def preloop(self) -> None:
        """Do that once, before the first prompt."""
        super().preloop()
        while self._first:
            self.onecmd(self._first.pop(0))
