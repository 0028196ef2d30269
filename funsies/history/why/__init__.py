"""Why steps ran: what is another than before, down to the roots."""

from .changes import Change, ChangeKind
from .compared import compare, with_values
from .labelled import labels_among, with_labels
from .model import PENDING, Group, InputChange, Ran, Reasons, StepReason, Waiting, WaitsFor
from .reasons import reasons
from .waiting import what_it_waits_for

__all__ = [
    "PENDING",
    "Change",
    "ChangeKind",
    "Group",
    "InputChange",
    "Ran",
    "Reasons",
    "StepReason",
    "Waiting",
    "WaitsFor",
    "compare",
    "labels_among",
    "reasons",
    "what_it_waits_for",
    "with_labels",
    "with_values",
]
