"""What a step finds around itself, and what it may change there.

``restoring`` puts back what a step has changed of the process: the environment and the
directory (``place``), and on a worker what ``interpreter`` and ``libraries`` keep for the whole
process, each of them a ``ProcessSetting`` (``settings``). ``streams`` captures what is printed.
"""

from funsies.run.surroundings.place import fresh_directory, set_variables
from funsies.run.surroundings.restoring import (
    OwnSurroundings,
    ProgramSurroundings,
    restored,
    run_in_own_context,
)
from funsies.run.surroundings.streams import Log

__all__ = [
    "Log",
    "OwnSurroundings",
    "ProgramSurroundings",
    "fresh_directory",
    "restored",
    "run_in_own_context",
    "set_variables",
]
