"""Accounts of runs that were never run: for what is hard to bring about."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import Error
from funsies.history.run_records import Requests
from funsies.history.runs import Outcome, Run
from funsies.report.account import RunAccount, StepAccount
from funsies.report.failures import Cause
from funsies.store.connect import open_backend
from funsies.store.execution_record import ExecutionRecord

BEGAN = 1_800_000_000.0
HOSTILE = "</script><img src=x onerror=alert(1)>'\"&\x1b[31m\n"
MIB = 1 << 20


def address(name: str) -> Digest:
    return content_digest(name.encode())


def a_run(**changes: object) -> Run:
    facts: dict[str, object] = {
        "number": 7,
        "script": "flow.py",
        "arguments": ("--fast",),
        "directory": "/somewhere",
        "git": None,
        "is_git_known": True,
        "user": "ada",
        "host": "here",
        "pid": 12,
        "python": "3.11.9",
        "version": "1.0",
        "libraries": {},
        "began": BEGAN,
        "ended": BEGAN + 10,
        "outcome": Outcome.DONE,
        "counts": {},
        "requests": Requests(open_backend("memory://"), 7),
    }
    return Run(**(facts | changes))  # type: ignore[arg-type]


def ran(
    after: float, seconds: float = 1.0, worker: str = "w", host: str = "here", **more: object
) -> ExecutionRecord:
    facts: dict[str, object] = {
        "cpu_seconds": seconds / 2,
        "peak_memory_bytes": 50 * MIB,
        "bytes_in": 3,
        "bytes_out": 4,
    }
    return ExecutionRecord(
        started=BEGAN + after,
        seconds=seconds,
        worker=worker,
        host=host,
        pid=99,
        attempt=1,
        **(facts | more),
    )


def step(
    name: str,
    record: ExecutionRecord | None,
    *,
    task: str = "mean",
    outcome: str = "done",
    label: str = "",
    makers: Sequence[str] = (),
) -> StepAccount:
    return StepAccount(
        address(name), task, label or name, outcome, record, tuple(map(address, makers))
    )


def account(*steps: StepAccount, errors: Sequence[Error] = (), **changes: object) -> RunAccount:
    causes = tuple(Cause(error, {error.source or "": None}) for error in errors)
    return RunAccount(a_run(**changes), steps, causes, {"numpy": "2.1.0"})
