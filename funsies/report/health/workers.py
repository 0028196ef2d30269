"""Findings about workers: alive, and like one another and this client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.cutting import printable
from funsies.engine.worker_registry import SelfDescription, WorkerView
from funsies.report.numbers import counted, shown_seconds

from .finding import Finding, Level

_AREA: Final = "workers"

NAMED: Final = 5
"""So many of what differs are named."""


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """What was seen of a worker.

    Attributes:
        view: as it is registered.
        said: what it says of itself.
    """

    view: WorkerView
    said: SelfDescription


def find_in_workers(workers: Sequence[WorkerSeen], here: SelfDescription) -> Iterator[Finding]:
    """Say what is wrong with workers.

    Args:
        workers: that are registered.
        here: what this process is.
    """
    idle = sum(not each.view.is_busy for each in workers)
    yield Finding(Level.OK, _AREA, "workers", f"{counted(len(workers), 'worker')}, {idle} idle")
    for each in workers:
        yield from _alone(each, here)


def _alone(worker: WorkerSeen, here: SelfDescription) -> Iterator[Finding]:
    name, said = printable(worker.view.name), worker.said
    if worker.view.is_silent:
        yield Finding(
            Level.WARNING,
            _AREA,
            "silent-worker",
            f"{name} was heard {shown_seconds(worker.view.silent_seconds)} ago",
            "look whether its machine is up; what it ran is taken over by others",
        )
    if said.funsies not in {"?", here.funsies}:
        yield Finding(
            Level.WARNING,
            _AREA,
            "version",
            f"{name} has funsies {said.funsies}; here it is {here.funsies}",
            "use one version of funsies for one server",
        )
    if said.funsies != "?" and here.keys and here.keys[0] not in said.keys:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "key",
            f"{name} does not know the key of this project"
            + ("" if said.keys else ": it has none, and runs what nobody has signed"),
            "give it the key of this project (FUNSIES_KEY), and start it again",
        )
    if said.keys and not here.keys:
        yield Finding(
            Level.PROBLEM,
            _AREA,
            "no-key",
            f"{name} runs only what is signed, and there is no key here",
            "use the key of the project that the worker belongs to (FUNSIES_KEY)",
        )
    yield from _libraries(name, said, here)


def _libraries(name: str, said: SelfDescription, here: SelfDescription) -> Iterator[Finding]:
    differing = [
        f"{library} {printable(said.libraries[library])} (here {version})"
        for library, version in here.libraries.items()
        if said.libraries.get(library, version) != version
    ]
    if differing:
        more = f" and {len(differing) - NAMED} more" if len(differing) > NAMED else ""
        yield Finding(
            Level.WARNING,
            _AREA,
            "libraries",
            f"{name} has other versions: {', '.join(differing[:NAMED])}{more}",
            "install the same there; steps that use them wait for a worker that has them",
        )
