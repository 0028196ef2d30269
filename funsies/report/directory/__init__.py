"""Everything about a step or a value, in a directory: what ``funsies debug`` writes."""

from .naming import RUNS_IT, describe_files, describe_uses, directory_name
from .place import NotOursError
from .replayed import ReplayedStep, load_replayed
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
