"""Everything about a step or a value, in a directory: what ``funsies debug`` writes."""

from .place import RUNS_IT, NotOursError, describe_files, describe_uses, directory_name
from .python_step import ReplayedStep, load_replayed
from .writing import write_step, write_value

__all__ = [
    "RUNS_IT",
    "NotOursError",
    "ReplayedStep",
    "describe_files",
    "describe_uses",
    "directory_name",
    "load_replayed",
    "write_step",
    "write_value",
]
