"""Tables of how costs grow: with the number of operations, and with that of workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from results import ROLES, Result, all_of_us, points, short, table

ROLE_NAMES: Final = ("client", "server", "workers")
COUNTED: Final = ("chain", "shell")
"""Cases that count operations and are measured at several sizes."""

SHOWN_CALLS: Final = 3
LOOKS: Final = ("status", "ls", "fsck", "reset", "clean")


def growth(results: Sequence[Result]) -> Iterator[str]:
    """What an operation costs in graphs of several sizes."""
    head = ("graph", "n", "ms", *(f"CPU: {name}" for name in ROLE_NAMES), "bytes in the server")
    counted = (each | {"shape": case} for case in COUNTED for each in all_of_us(results, case))
    rows = (
        [
            each["shape"],
            f"{each['n']:,}",
            short(each["milliseconds_per_operation"]),
            *(short(each[f"{role}_cpu_ms_per_operation"]) for role in ROLES),
            f"{each['server_bytes_per_operation']:,}",
        ]
        for each in (*counted, *_by_shape(results))
    )
    yield from table(head, rows)


def blocked(results: Sequence[Result]) -> Iterator[str]:
    """Memory of programs, and for how long the server answered nobody."""
    head = ("graph", "n", "client, bytes", "worker, MiB", "longest call, ms", "over 10 ms")
    rows = (
        [
            each["shape"],
            f"{each['n']:,}",
            f"{each['client_bytes_per_operation']:,}",
            str(each["worker_peak_mib"]),
            _longest(each),
            _slow(each),
        ]
        for each in _by_shape(results)
    )
    yield from table(head, rows)


def _by_shape(results: Sequence[Result]) -> list[Result]:
    return sorted(points(results, "growth"), key=lambda each: (each["shape"], each["n"]))


def _longest(each: Result) -> str:
    return short(each["blocked_milliseconds_longest"]) if each["calls_over_10_ms"] else "< 10"


def _slow(each: Result) -> str:
    """How often calls took more than 10 ms, of the three of which most did."""
    counted: Counter[str] = Counter(each["calls_over_10_ms"])
    return ", ".join(f"{name} {count:,}" for name, count in counted.most_common(SHOWN_CALLS))


def looks(results: Sequence[Result]) -> Iterator[str]:
    """Seconds that commands take when so many operations are there."""
    rows = (
        [
            each["shape"],
            f"{each['n']:,}",
            short(1000 * each["looks"]["progress"]["seconds"]),
            *(short(each["looks"].get(name, {}).get("seconds")) for name in LOOKS),
        ]
        for each in _by_shape(results)
    )
    yield from table(("graph", "n", "progress, ms", *LOOKS), rows)


def throughput(results: Sequence[Result]) -> Iterator[str]:
    """Efficiency by workers, and how many steps that take no time are done in a second."""
    found = points(results, "throughput")
    workers = sorted({point["workers"] for point in found})
    kinds = sorted({(it["task_ms"], it.get("delay_ms", 0)) for it in found}, key=_near_first)
    rows = ([_kind(*kind), *_cells(found, kind, workers)] for kind in kinds)
    yield from table(("steps", *(f"{count} workers" for count in workers)), rows)


def _near_first(kind: tuple[int, int]) -> tuple[int, int]:
    task_ms, delay_ms = kind
    return delay_ms, task_ms


def _kind(task_ms: int, delay_ms: int) -> str:
    far = f", {delay_ms} ms to the server and back" if delay_ms else ""
    return f"{task_ms} ms{far}"


def _cells(
    found: Sequence[Result], kind: tuple[int, int], workers: Sequence[int]
) -> Iterator[str]:
    cells = {
        point["workers"]: _efficiency(point)
        for point in found
        if (point["task_ms"], point.get("delay_ms", 0)) == kind
    }
    return (cells.get(count, "") for count in workers)


def _efficiency(point: Result) -> str:
    if point["efficiency"] is None:
        return f"{point['tasks_per_second']:,.0f} a second"
    return f"{100 * point['efficiency']:.0f} %"
