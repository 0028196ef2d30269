"""A run in the trace event format, which Perfetto and ``chrome://tracing`` open.

The format is described in "Trace Event Format" (Duca and Sinclair, Google, 2016). A host is a
process of it and a worker a thread; a step is a complete event (``X``); an arrow from a step to
one that takes its result is a flow (``s``, ``f``), bound to the slices that enclose its ends.
Times are microseconds since the beginning of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from funsies.core.cutting import printable
from funsies.core.digest import Digest
from funsies.history.outcomes import FAILED

from .account import Lane, RunAccount, Slice, lanes_of

MOST_ARROWS: Final = 5000
"""More arrows are not drawn: nobody could follow them, and viewers become slow."""

PROGRAM: Final = 1
"""Number of the process that stands for the program; those of hosts follow."""

Event: TypeAlias = dict[str, Any]
Placed: TypeAlias = tuple[Slice, int, int]
"""A slice with the numbers of its process and its thread."""

_US: Final = 1e6
_INSIDE_US: Final = 1e-3


def to_trace(account: RunAccount) -> dict[str, Any]:
    """Write a run as an object of the format."""
    run = account.run
    about = {
        "run": str(run.number),
        "script": printable(run.script),
        "began": f"{account.began:.6f}",
        "outcome": str(run.outcome),
        "funsies": run.version,
    }
    return {"displayTimeUnit": "ms", "otherData": about, "traceEvents": list(_events(account))}


def arrows_of(account: RunAccount) -> list[tuple[Digest, Digest]]:
    """Which step that ran takes the result of which other one."""
    ran = {each.operation for each in account.ran}
    return [
        (maker, each.operation) for each in account.ran for maker in each.makers if maker in ran
    ]


def _events(account: RunAccount) -> Iterator[Event]:
    yield from _program(account)
    lanes = lanes_of(account.ran)
    hosts = {host: number for number, host in enumerate(_hosts(lanes), PROGRAM + 1)}
    placed: dict[Digest, Placed] = {}
    for host, number in hosts.items():
        yield from _named("process", number, 0, printable(host), number)
    for tid, lane in enumerate(lanes, 1):
        pid = hosts[lane.host]
        yield from _named("thread", pid, tid, printable(lane.name), tid)
        for each in lane.slices:
            placed[each.step.operation] = (each, pid, tid)
            yield _slice(each, pid, tid, account.began)
    arrows = arrows_of(account)
    if len(arrows) <= MOST_ARROWS:
        yield from _flows(arrows, placed, account.began)


def _hosts(lanes: Sequence[Lane]) -> list[str]:
    return list(dict.fromkeys(lane.host for lane in lanes))


def _program(account: RunAccount) -> Iterator[Event]:
    run, began = account.run, account.began
    name = printable(run.script) or "program"
    yield from _named("process", PROGRAM, 0, f"run {run.number}", PROGRAM)
    yield from _named("thread", PROGRAM, 1, name, 1)
    yield {
        "ph": "X",
        "name": name,
        "cat": "run",
        "pid": PROGRAM,
        "tid": 1,
        "ts": _since(began, run.began),
        "dur": _since(run.began, account.ended),
        "args": {"outcome": str(run.outcome), "host": printable(run.host), "pid": run.pid},
    }


def _named(what: str, pid: int, tid: int, name: str, place: int) -> Iterator[Event]:
    common = {"ph": "M", "pid": pid, "tid": tid, "ts": 0}
    yield {**common, "name": f"{what}_name", "args": {"name": name}}
    yield {**common, "name": f"{what}_sort_index", "args": {"sort_index": place}}


def _slice(each: Slice, pid: int, tid: int, began: float) -> Event:
    step, ran = each.step, each.ran
    start, duration = _span_us(each, began)
    args = {
        "hash": step.hash,
        "task": printable(step.task),
        "outcome": step.outcome,
        "attempts": ran.attempt,
        "cpu_seconds": ran.cpu_seconds,
        "peak_memory_bytes": ran.peak_memory_bytes,
        "bytes_in": ran.bytes_in,
        "bytes_out": ran.bytes_out,
        "process": ran.pid or None,
    }
    event = {
        "ph": "X",
        "name": printable(step.label),
        "cat": printable(step.task).replace(",", " "),
        "pid": pid,
        "tid": tid,
        "ts": start,
        "dur": duration,
        "args": {name: value for name, value in args.items() if value is not None},
    }
    return event | ({"cname": "terrible"} if step.outcome == FAILED else {})


def _flows(
    arrows: Sequence[tuple[Digest, Digest]], placed: dict[Digest, Placed], began: float
) -> Iterator[Event]:
    """Arrows forward in time: clocks differ, and a dynamic step ends before what it built."""
    for number, (maker, user) in enumerate(arrows, 1):
        (made, *at), (used, *to) = placed[maker], placed[user]
        start, duration = _span_us(made, began)
        leaves = round(max(start, start + duration - _INSIDE_US), 3)
        arrives, _ = _span_us(used, began)
        if arrives >= leaves:
            yield _flow("s", number, at, leaves)
            yield {**_flow("f", number, to, arrives), "bp": "e"}


def _flow(phase: str, number: int, place: Sequence[int], at_us: float) -> Event:
    pid, tid = place
    name = {"name": "result", "cat": "result", "id": number}
    return {"ph": phase, **name, "pid": pid, "tid": tid, "ts": at_us}


def _span_us(each: Slice, began: float) -> tuple[float, float]:
    """When it begins and how long it takes as written: an arrow must end inside of that."""
    return _since(began, each.start), _since(each.start, each.end)


def _since(began: float, moment: float) -> float:
    return round(max(0.0, moment - began) * _US, 3)
