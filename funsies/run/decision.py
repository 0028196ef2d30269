"""What to do with a claimed operation after it was evaluated: values, acted on by the drain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from funsies.core.digest import Digest
from funsies.core.errors import Error
from funsies.core.options import Options
from funsies.store.rows import (
    NOTHING_TO_REPORT,
    Claim,
    Completion,
    QueueName,
    RunReport,
    Setback,
)


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish these results.

    Attributes:
        completion: the results.
        errors: those among them that are errors of this very operation, for the log.
    """

    completion: Completion
    errors: tuple[Error, ...] = ()


@dataclass(frozen=True, slots=True)
class PutBack:
    """Put the operation back into its queue: a retry, or a worker that has to stop.

    Attributes:
        setback: what the operation is charged with.
        delay_ms: pause before it may be claimed again.
    """

    setback: Setback
    delay_ms: int = 0


def retry(claim: Claim, options: Options) -> PutBack | None:
    """Try once more what has failed by itself; None if the options allow no more of that."""
    if claim.failures < options.retries:
        return PutBack(Setback.FAILURE, options.retry_delay_ms)
    return None


@dataclass(frozen=True, slots=True)
class Delegate:
    """Let the result be that of another operation, which was requested.

    Attributes:
        target: that operation.
        index: position among its outputs.
        arm: queues on which the request made work ready.
        report: how the function ran that built it.
    """

    target: Digest
    index: int
    arm: tuple[QueueName, ...]
    report: RunReport = NOTHING_TO_REPORT


@dataclass(frozen=True, slots=True)
class Park:
    """Wait again for inputs that were lost and have been requested again.

    Attributes:
        arm: queues on which the request made work ready.
        setback: that an input was lost, or nothing.
    """

    arm: tuple[QueueName, ...]
    setback: Setback = Setback.NOTHING


@dataclass(frozen=True, slots=True)
class HandOver:
    """Leave the operation, untouched, to a fresh process: this one cannot run it.

    Only a process that has run something else before may say so, or no process ever runs it.
    """


Decision: TypeAlias = Publish | PutBack | Delegate | Park | HandOver
