"""What a step finds around itself, and what it may change there.

In a process of funsies' own (a work-horse) no step sees what another has changed: ``own`` puts
everything back that is in ``place``, ``signals``, ``limits``, ``interpreter``, ``libraries``,
sees to ``randomness``, and captures what is printed (``streams``). ``program`` is for programs
that run steps themselves. ``context`` gives a step its context variables, and
``fresh_directory`` an empty directory if it asks for one.
"""

from funsies.run.surroundings.context import run_in_own_context
from funsies.run.surroundings.fresh_directory import fresh_directory
from funsies.run.surroundings.own import OwnSurroundings
from funsies.run.surroundings.program import ProgramSurroundings, restored
from funsies.run.surroundings.streams import Log

__all__ = [
    "Log",
    "OwnSurroundings",
    "ProgramSurroundings",
    "fresh_directory",
    "restored",
    "run_in_own_context",
]
