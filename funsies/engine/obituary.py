"""What becomes of an operation whose process died: a decision, without side effects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from funsies.core.errors import Error, ErrorKind
from funsies.run.decision import PutBack
from funsies.run.process_end import signal_name
from funsies.run.want_of_memory import explained
from funsies.store.rows import Fence, OperationRow, Setback

from .announcement import Announced


class KillCause(Enum):
    """Why a worker killed its own horse."""

    DEADLINE = "deadline"
    """The operation ran past its timeout."""
    FENCED = "fenced"
    """The operation is not the horse's any more: cancelled, reset, or given to another."""
    STOP = "stop"
    """The worker has to leave."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The decision to kill a horse.

    Attributes:
        cause: why.
        fence: of the operation that is the reason; None for whatever the horse runs. The horse
            may have gone on to another operation when the kill struck.
    """

    cause: KillCause
    fence: Fence | None = None


@dataclass(frozen=True, slots=True)
class Death:
    """How a horse ended.

    Attributes:
        status: as ``waitpid`` gives it.
        kill: why the worker killed it; None if it did not.
        peak_memory_bytes: largest resident memory.
        out_of_memory: True if the kernel killed something for want of memory meanwhile.
        trouble: what it said was the reason; empty if it said nothing.
    """

    status: int
    kill: Kill | None = None
    peak_memory_bytes: int | None = None
    out_of_memory: bool = False
    trouble: str = ""

    @property
    def signal_name(self) -> str | None:
        """Name of the signal that ended it; None if it left by itself."""
        if not os.WIFSIGNALED(self.status):
            return None
        return signal_name(os.WTERMSIG(self.status))

    @property
    def how(self) -> str:
        """How it ended, for people."""
        if self.signal_name:
            return f"was ended by {self.signal_name}"
        if self.trouble:
            return f"gave up: {self.trouble}"
        return f"left with exit code {self.exit_code}"

    @property
    def exit_code(self) -> int | None:
        """Its exit code; None if a signal ended it."""
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None


Fate: TypeAlias = PutBack | Error | None
"""Put the operation back, fail it, or leave it alone."""


def fate(death: Death, task: Announced, operation: OperationRow) -> Fate:
    """Decide what becomes of the operation that a dead horse held.

    A stop gives the attempt back; a timeout is retried only if the options say so; any other
    death is a loss, of which ``lost_limit`` are its end.
    """
    if death.kill is not None:
        return _fate_of_killed(death.kill, death, task, operation)
    if task.losses + 1 < task.lost_limit:
        return PutBack(Setback.LOSS)
    is_memory = death.out_of_memory and death.signal_name == "SIGKILL"
    kind = ErrorKind.OutOfMemory if is_memory else ErrorKind.WorkerLost
    return _error(kind, death, task, operation)


def _fate_of_killed(kill: Kill, death: Death, task: Announced, operation: OperationRow) -> Fate:
    if kill.fence not in (None, task.fence) or kill.cause is KillCause.STOP:
        return PutBack(Setback.NOTHING)  # the operation was not to blame
    if kill.cause is KillCause.FENCED:
        return None
    if task.failures < task.retries:
        return PutBack(Setback.FAILURE, task.retry_delay_ms)
    return _error(ErrorKind.JobTimedOut, death, task, operation)


def _error(kind: ErrorKind, death: Death, task: Announced, operation: OperationRow) -> Error:
    return Error(
        kind=kind,
        source=operation.digest.hex(),
        task=operation.task_name,
        details=_describe(kind, death, task),
        exit_code=death.exit_code,
        signal=death.signal_name,
        attempts=task.attempt,
        peak_memory_bytes=death.peak_memory_bytes,
    )


def _describe(kind: ErrorKind, death: Death, task: Announced) -> str:
    if kind is ErrorKind.JobTimedOut:
        return "the step ran past its timeout, and its process was killed"
    if kind is ErrorKind.OutOfMemory:
        what = "the process that ran the step was killed by the system for want of memory"
        return f"{what}{_times(task)}\n{explained(death.peak_memory_bytes)}"
    return f"the process that ran the step {death.how}{_times(task)}"


def _times(task: Announced) -> str:
    return f"; it was started {task.attempt} times" if task.attempt > 1 else ""
