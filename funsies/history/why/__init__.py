"""Why steps ran: what is another than before, down to the roots."""

from .changes import Change, ChangeKind
from .compared import compare, with_values
from .model import Group, InputChange, Ran, Reasons, StepReason
from .reasons import reasons

__all__ = [
    "Change",
    "ChangeKind",
    "Group",
    "InputChange",
    "Ran",
    "Reasons",
    "StepReason",
    "compare",
    "reasons",
    "with_values",
]
