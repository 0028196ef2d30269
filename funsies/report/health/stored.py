"""Findings about what is stored: steps that wait for nobody, and what is damaged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.report.numbers import counted
from funsies.store.fsck import Checked
from funsies.store.rows import Damage, DamagedPart, Fault, SetAside

from .finding import Finding, Level

_AREA: Final = "state"
_PENDING: Final = ("waiting", "delayed", "running", "delegated")

NAMED: Final = 5
"""So many of what was set aside are named."""

"""Digits of a hash that people are shown."""


@dataclass(frozen=True, slots=True)
class StateSeen:
    """What was seen of the state.

    Attributes:
        steps: number of steps by state.
        ready: number of steps that are ready, by queue as users call it.
        served: queues that a live worker or program serves.
        expired: steps whose worker is gone, and that nobody has put back yet.
        is_stuck: True if something waits, and nothing can move.
        has_workers: True if there are any.
        set_aside: what was damaged, and is kept apart.
    """

    steps: Mapping[str, int]
    ready: Mapping[str, int] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    expired: int = 0
    is_stuck: bool = False
    has_workers: bool = True
    set_aside: Sequence[SetAside] = ()


def find_in_state(seen: StateSeen) -> Iterator[Finding]:
    """Say what is stuck."""
    numbers = ", ".join(f"{number} {name}" for name, number in seen.steps.items() if number)
    yield Finding(Level.OK, _AREA, "steps", f"steps: {numbers or 'none'}")
    for queue, number in sorted(seen.ready.items()):
        if queue not in seen.served:
            name = printable(queue)
            yield Finding(
                Level.PROBLEM,
                _AREA,
                "deserted-queue",
                f"{counted(number, 'step')} ready on the queue {name}, which no worker serves",
                f"start a worker: funsies worker {name}",
            )
    pending = sum(seen.steps.get(each, 0) for each in _PENDING)
    if pending and not seen.has_workers and not seen.ready:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "no-workers",
            f"{counted(pending, 'step')} not finished, and there are no workers",
            "start some: funsies worker",
        )
    if seen.expired:
        yield Finding(
            Level.WARNING,
            _AREA,
            "expired-leases",
            f"{counted(seen.expired, 'step')} of workers that are gone, not put back yet",
            "any worker does that: start one, or funsies doctor --repair",
        )
    if seen.is_stuck:
        yield Finding(
            Level.WARNING,
            _AREA,
            "stuck",
            "steps wait for one another, or for what has come already",
            "any worker mends that in seconds: start one, or funsies doctor --repair",
        )
    if seen.set_aside:
        yield Finding(
            Level.WARNING,
            _AREA,
            "set-aside",
            f"{counted(len(seen.set_aside), 'damaged record')} set aside: {_named(seen)}",
            "execute again by the program that has them; funsies fsck --repair then clears "
            "them away, and looks for more",
        )


def _named(seen: StateSeen) -> str:
    named = [
        f"{each.what} {printable(short_hash(each.name))}" for each in seen.set_aside[:NAMED]
    ]
    more = len(seen.set_aside) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


"""Digits of a hash that people are shown."""

_PARTS: Final = {
    DamagedPart.VALUE: "large value",
    DamagedPart.CONTENT: "small value",
    DamagedPart.RESULT: "result",
    DamagedPart.CONSTANT: "constant",
    DamagedPart.SOURCES: "sources of the program",
    DamagedPart.DEFINITION: "definition of the step",
    DamagedPart.TASK: "task",
    DamagedPart.OPTIONS: "options",
    DamagedPart.ENTRY: "entry of the value",
    DamagedPart.LINKS: "links to the step",
    DamagedPart.STATE: "state of the step",
    DamagedPart.TRACE: "memory of a run",
    DamagedPart.DELEGATION: "delegation of the step",
    DamagedPart.RECORD: "record of the run of the step",
    DamagedPart.RUN: "record of run",
    DamagedPart.KEY: "key",
    DamagedPart.COUNTERS: "counters of",
}

_FAULTS: Final = {
    Fault.CHANGED: "the bytes do not match their digest",
    Fault.MISSING: "not there",
    Fault.FOREIGN: "not signed with a key of this project",
    Fault.UNREADABLE: "cannot be read",
    Fault.MISPLACED: "not what belongs under this hash",
    Fault.WRONG_TYPE: "of another type than what funsies keeps there",
    Fault.WRONG_NUMBER: "not what the states of its steps add up to",
}

_FORGOTTEN: Final = frozenset(
    {
        DamagedPart.RESULT,
        DamagedPart.VALUE,
        DamagedPart.CONTENT,
        DamagedPart.TRACE,
        DamagedPart.RECORD,
    }
)
_OF_PROGRAMS: Final = frozenset({DamagedPart.CONSTANT, DamagedPart.SOURCES, DamagedPart.TASK})
_RUN_AGAIN: Final = (
    "run the program again that has it: execute() stores it as soon as a step needs it"
)
_WRITTEN_AGAIN: Final = frozenset({DamagedPart.LINKS, DamagedPart.COUNTERS})


def find_damage(checked: Checked) -> Finding:
    """Say what is damaged, and what became of it or is to be done about it."""
    damage = checked.damage
    return Finding(
        Level.PROBLEM if checked.is_left else Level.WARNING,
        "data" if damage.is_large else "graph",
        f"{damage.part}-{damage.fault}",
        f"{_subject(damage)}: {_fault(damage)}",
        _done(damage) if checked.is_mended else _to_do(checked),
    )


def _subject(damage: Damage) -> str:
    name = damage.name if damage.part is DamagedPart.KEY else short_hash(damage.name)
    if damage.part is DamagedPart.COUNTERS:
        return f"{_PARTS[damage.part]} {printable(damage.task)}"
    subject = f"{_PARTS[damage.part]} {printable(name)}"
    return f"{subject}{_owner(damage)}"


def _owner(damage: Damage) -> str:
    task = f" of {printable(damage.task)}" if damage.task else ""
    if damage.operation is None or damage.operation.hex() == damage.name:
        return task
    return f"{task} (step {short_hash(damage.operation)})"


def _fault(damage: Damage) -> str:
    if damage.fault is Fault.MISSING and damage.content is not None:
        return "the bytes are gone"
    return _FAULTS[damage.fault]


def _done(damage: Damage) -> str:
    if damage.part in _OF_PROGRAMS:
        return f"forgotten; {_RUN_AGAIN}"
    if damage.part is DamagedPart.RUN:
        return "forgotten; the steps of the run, and their results, stay"
    if damage.part in _FORGOTTEN:
        return "forgotten; execute again to compute it"
    if damage.part in _WRITTEN_AGAIN:
        return "set right"
    return "set aside; execute again to have it written or computed again"


def _to_do(checked: Checked) -> str:
    part = checked.damage.part
    if not checked.is_left:
        return _RUN_AGAIN
    if part in _OF_PROGRAMS:
        return f"funsies fsck --repair forgets it; then {_RUN_AGAIN}"
    if part is DamagedPart.RUN:
        return "funsies fsck --repair forgets it; the steps of the run, and their results, stay"
    if part in _FORGOTTEN:
        return "funsies fsck --repair forgets it; then execute again to compute it"
    if part in _WRITTEN_AGAIN:
        return "funsies fsck --repair sets it right"
    return "funsies fsck --repair sets it aside; then execute again"
