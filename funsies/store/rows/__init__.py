"""What the store keeps and what it answers: plain records, no behaviour to speak of."""

from funsies.store.rows.damage import Damage, Fault, LargeFaults, Part, Spot, Tell
from funsies.store.rows.definitions import (
    ArtefactRow,
    ConstantRow,
    Definitions,
    InputRow,
    OperationRow,
    OutputRow,
    TaskRow,
)
from funsies.store.rows.found import Failed, Found, Lease, SetAside, TaskCounts
from funsies.store.rows.names import Fence, Generation, QueueName, log_client
from funsies.store.rows.protocol import (
    NOTHING_TO_REPORT,
    Claim,
    Completion,
    Expired,
    RequestAnswer,
    RunReport,
    Setback,
    StepAnswer,
    SweepAnswer,
    TraceCandidate,
    Verdict,
    Wanted,
)
from funsies.store.rows.state import OperationState, Result, Status

__all__ = [
    "NOTHING_TO_REPORT",
    "ArtefactRow",
    "Claim",
    "Completion",
    "ConstantRow",
    "Damage",
    "Definitions",
    "Expired",
    "Failed",
    "Fault",
    "Fence",
    "Found",
    "Generation",
    "InputRow",
    "LargeFaults",
    "Lease",
    "OperationRow",
    "OperationState",
    "OutputRow",
    "Part",
    "QueueName",
    "RequestAnswer",
    "Result",
    "RunReport",
    "SetAside",
    "Setback",
    "Spot",
    "Status",
    "StepAnswer",
    "SweepAnswer",
    "TaskCounts",
    "TaskRow",
    "Tell",
    "TraceCandidate",
    "Verdict",
    "Wanted",
    "log_client",
]
