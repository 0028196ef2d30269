"""Why steps ran: what is another than before, down to the roots."""

from .model import (
    PENDING,
    Change,
    ChangeKind,
    Group,
    InputChange,
    Ran,
    Reasons,
    StepReason,
    Waiting,
    WaitsFor,
)
from .reasons import compare, labels_among, reasons, what_it_waits_for, with_labels, with_values

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
