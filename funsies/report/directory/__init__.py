"""Everything about a step or a value, in a directory: what ``funsies debug`` writes."""

from .place import NotOursError
from .replayed import ReplayedStep, load_replayed
from .writing import write_step, write_value

__all__ = ["NotOursError", "ReplayedStep", "load_replayed", "write_step", "write_value"]
