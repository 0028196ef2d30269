"""A worker's process becomes the program whose steps it runs.

``hosts`` says where steps may run. ``becoming`` makes a process the program: ``cache`` has the
program's modules on disk, ``importing`` imports them under their real names, and
``main_module`` puts a ``__main__`` in place, also of processes that a step spawns.
"""

from .becoming import spawned_main
from .hosts import Host, OtherProgramError, OwnProgram, Stage

__all__ = ["Host", "OtherProgramError", "OwnProgram", "Stage", "spawned_main"]
