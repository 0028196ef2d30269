"""Findings about the server, its store of large values, and the workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.cutting import printable
from funsies.engine.server_state import ServerState
from funsies.engine.worker_registry import SelfDescription, WorkerView
from funsies.report.numbers import counted, shown_bytes, shown_seconds

from .finding import Finding, Level

_SERVER: Final = "server"

NEARLY_FULL: Final = 0.9
CLOCK_SECONDS: Final = 5.0
"""Times in records and logs of machines whose clocks differ by more are misleading."""
SLOW_SECONDS: Final = 0.1
"""Each step costs a round trip."""


def find_in_server(seen: ServerState) -> Iterator[Finding]:
    """Say what is wrong with a server."""
    limit = shown_bytes(seen.limit_bytes) if seen.limit_bytes else "no limit"
    used = f"{shown_bytes(seen.used_bytes)} of memory used, {limit}"
    yield Finding(Level.OK, _SERVER, "server", f"{seen.version}, {used}")
    if not seen.persists:
        yield Finding(
            Level.WARNING,
            _SERVER,
            "no-persistence",
            "it keeps everything in memory alone: when it ends, all results are lost",
            "turn on its append-only file: CONFIG SET appendonly yes, and in its configuration",
        )
    if seen.write_error:
        yield Finding(
            Level.PROBLEM,
            _SERVER,
            "write-error",
            "it could not write to its disk lately",
            "make room on its disk, and look into its log",
        )
    if seen.policy != "noeviction":
        yield Finding(
            Level.PROBLEM,
            _SERVER,
            "eviction",
            f"it drops keys when it is full ({seen.policy}): results may vanish",
            "set its policy: CONFIG SET maxmemory-policy noeviction",
        )
    if seen.limit_bytes and seen.used_bytes >= NEARLY_FULL * seen.limit_bytes:
        yield Finding(
            Level.PROBLEM if seen.used_bytes >= seen.limit_bytes else Level.WARNING,
            _SERVER,
            "memory",
            f"its memory is nearly full: {used}",
            "raise its maxmemory, keep large values on disk, or forget results (funsies reset)",
        )
    if abs(seen.clock_seconds) > CLOCK_SECONDS:
        side = "ahead of" if seen.clock_seconds > 0 else "behind"
        yield Finding(
            Level.WARNING,
            _SERVER,
            "clock",
            f"its clock is {shown_seconds(abs(seen.clock_seconds))} {side} this machine's",
            "set the clocks, by NTP for example",
        )
    if seen.latency_seconds > SLOW_SECONDS:
        yield Finding(
            Level.WARNING,
            _SERVER,
            "latency",
            f"a round trip takes {shown_seconds(seen.latency_seconds)}",
            "work nearer to it, or with fewer and longer steps",
        )


_DATA: Final = "data"

LEAST_FREE: Final = 0.05
"""A smaller part of the disk is little."""


@dataclass(frozen=True, slots=True)
class DataSeen:
    """What was seen of the store of large values.

    Attributes:
        place: where it is, for people.
        trouble: why it cannot be used from here; empty if it can.
        free_bytes: room on its disk; None if it is on none.
        disk_bytes: size of that disk.
        leftovers: temporary files whose writers are dead.
    """

    place: str
    trouble: str = ""
    free_bytes: int | None = None
    disk_bytes: int = 0
    leftovers: int = 0


def find_in_data(seen: DataSeen) -> Iterator[Finding]:
    """Say what is wrong with the store of large values."""
    if seen.trouble:
        yield Finding(
            Level.PROBLEM,
            _DATA,
            "data-out-of-reach",
            f"large values cannot be reached from here: {seen.trouble}",
            "see 'Where large values are' in docs/cli.md",
        )
        return
    room = "" if seen.free_bytes is None else f", {shown_bytes(seen.free_bytes)} free"
    yield Finding(Level.OK, _DATA, "data", f"large values are in {seen.place}{room}")
    if seen.free_bytes is not None and seen.free_bytes < LEAST_FREE * seen.disk_bytes:
        yield Finding(
            Level.WARNING,
            _DATA,
            "disk",
            f"only {shown_bytes(seen.free_bytes)} are free on the disk of {seen.place}",
            "make room: results that do not fit are errors until there is some",
        )
    if seen.leftovers:
        yield Finding(
            Level.WARNING,
            _DATA,
            "leftovers",
            f"{counted(seen.leftovers, 'temporary file')} of writers that were killed",
            "remove them: funsies doctor --repair",
        )


_WORKERS: Final = "workers"

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
    yield Finding(
        Level.OK, _WORKERS, "workers", f"{counted(len(workers), 'worker')}, {idle} idle"
    )
    for each in workers:
        yield from _alone(each, here)


def _alone(worker: WorkerSeen, here: SelfDescription) -> Iterator[Finding]:
    name, said = printable(worker.view.name), worker.said
    if worker.view.is_silent:
        yield Finding(
            Level.WARNING,
            _WORKERS,
            "silent-worker",
            f"{name} was heard {shown_seconds(worker.view.silent_seconds)} ago",
            "look whether its machine is up; what it ran is taken over by others",
        )
    if said.funsies not in {"?", here.funsies}:
        yield Finding(
            Level.WARNING,
            _WORKERS,
            "version",
            f"{name} has funsies {said.funsies}; here it is {here.funsies}",
            "use one version of funsies for one server",
        )
    if said.funsies != "?" and here.keys and here.keys[0] not in said.keys:
        yield Finding(
            Level.PROBLEM,
            _WORKERS,
            "key",
            f"{name} does not know the key of this project"
            + ("" if said.keys else ": it has none, and runs what nobody has signed"),
            "give it the key of this project (FUNSIES_KEY), and start it again",
        )
    if said.keys and not here.keys:
        yield Finding(
            Level.PROBLEM,
            _WORKERS,
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
            _WORKERS,
            "libraries",
            f"{name} has other versions: {', '.join(differing[:NAMED])}{more}",
            "install the same there; steps that use them wait for a worker that has them",
        )
