"""Why steps ran: what is another than before, down to the roots."""

from .model import (
    PENDING,
    Blocker,
    Change,
    ChangeKind,
    InputChange,
    Ran,
    ReasonGroup,
    Reasons,
    StepReason,
    WaitsFor,
)
from .reasons import compare, labels_among, reasons, what_it_waits_for, with_labels, with_values

__all__ = [
    "PENDING",
    "Blocker",
    "Change",
    "ChangeKind",
    "InputChange",
    "Ran",
    "ReasonGroup",
    "Reasons",
    "StepReason",
    "WaitsFor",
    "compare",
    "labels_among",
    "reasons",
    "what_it_waits_for",
    "with_labels",
    "with_values",
]
