"""What is written down of a script that a command runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from funsies.config.program import program
from funsies.history.recorder import Program, Recorder
from funsies.store.connect import Backend


def script_recorder(backend: Backend, words: Sequence[str]) -> Recorder:
    """For what a script does in all its sessions, and what is done for it.

    Args:
        backend: where it is written.
        words: the script, or ``-m`` and a module, and its arguments.
    """

    def script() -> Program:
        name = 2 if words[0] == "-m" else 1
        file = getattr(sys.modules["__main__"], "__file__", None)
        return program(" ".join(words[:name]), words[name:], file)

    return Recorder(backend, script, outlives_sessions=True)
