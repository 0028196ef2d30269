"""Results as the tables of ``docs/performance.md``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

Result: TypeAlias = dict[str, Any]

WORK: Final = {
    "wide": "{n:,} no-op Python steps and one that needs them all",
    "chain": "a chain of {n:,} no-op Python steps",
    "shell": "{n:,} shell commands, `echo`",
    "cached": "the first row again: nothing runs",
    "incremental": "one of {n:,} inputs changed, two steps each",
    "build": "building {n:,} steps, and writing them to the server",
}
"""Cases of the first tables, and what each is."""

YARDSTICKS: Final = {"raw RQ, fork": "raw_rq", "RQ SimpleWorker": "rq_simple"}
PEERS: Final = ("dask", "parsl", "redun", "luigi", "snakemake", "funsies_0_8")


WORKERS: Final = (
    "## Workers",
    "",
    "The ideal time by the real one, by the number of workers and the length of steps, which",
    "sleep; also with workers from which it takes some time to the server and back.",
    "",
)


def engines(results: Sequence[Result]) -> Iterator[str]:
    """Milliseconds an operation: ours, RQ's, and those of peers."""
    yield _row("work", "funsies", *YARDSTICKS, *(_name(peer) for peer in PEERS))
    yield _rule(3 + len(PEERS))
    for case, work in WORK.items():
        ours = _of_us(results, case)
        if ours is None:
            continue
        spread = [_short(ours[f"milliseconds_per_operation{end}"]) for end in ("_min", "_max")]
        middle = _short(ours["milliseconds_per_operation"])
        yield _row(
            work.format(n=ours["n"]),
            f"**{middle}** ({' to '.join(spread)})",
            *(_beside(ours, name) for name in YARDSTICKS.values()),
            *(_peer(results, case, peer, ours["n"]) for peer in PEERS),
        )


def totals(results: Sequence[Result]) -> Iterator[str]:
    """Processor time an operation of all processes: ours, RQ's, and those of peers."""
    yield _row("work", "funsies", *YARDSTICKS, *(_name(peer) for peer in PEERS))
    yield _rule(3 + len(PEERS))
    for case in WORK:
        ours = _of_us(results, case)
        if ours is not None:
            yield _row(
                case,
                f"**{_total(ours, '{}_cpu_ms_per_operation')}**",
                *(_total(ours, f"{name}_{{}}_cpu_ms_per_job") for name in YARDSTICKS.values()),
                *(
                    _total(_of_peer(results, case, peer), "{}_cpu_ms_per_operation")
                    for peer in PEERS
                ),
            )


def _total(result: Result, key: str) -> str:
    """The sum over roles; the server of a peer is among its workers."""
    found = [result[key.format(role)] for role in _ROLES if key.format(role) in result]
    return _short(sum(found)) if found else "cannot" if "cannot" in result else ""


def processors(results: Sequence[Result]) -> Iterator[str]:
    """Processor time an operation by role, commands and bytes; and the same of plain RQ."""
    yield _row(
        "work",
        "client",
        "server",
        "workers",
        "commands",
        "bytes",
        "RQ: client",
        "server",
        "workers",
    )
    yield _rule(8)
    for case in WORK:
        ours = _of_us(results, case)
        if ours is not None:
            yield _row(
                case,
                *(_short(ours[f"{role}_cpu_ms_per_operation"]) for role in _ROLES),
                _short(ours["server_commands_per_operation"]),
                f"{ours['server_bytes_per_operation']:,}",
                *(_short(ours.get(f"raw_rq_{role}_cpu_ms_per_job")) for role in _ROLES),
            )


def growth(results: Sequence[Result]) -> Iterator[str]:
    """Costs of graphs of several sizes."""
    yield _row("graph", "n", "ms", "CPU: client", "server", "workers", "bytes in the server")
    yield _rule(6)
    for case in ("wide", "chain", "shell", "cached", "incremental"):
        for each in sorted(_all_of_us(results, case), key=lambda each: each["n"]):
            yield _growth_row(case, each["n"], each)
    for each in sorted(_all_of_us(results, "growth"), key=lambda each: each["n"]):
        for point in each.get("points", ()):
            yield _growth_row(point["shape"], each["n"], point)


def throughput(results: Sequence[Result]) -> Iterator[str]:
    """Efficiency by workers, and how many steps that take no time are done in a second."""
    points = [
        point for each in _all_of_us(results, "throughput") for point in each.get("points", ())
    ]
    workers = sorted({point["workers"] for point in points})
    if points:
        yield from WORKERS
        yield _row("steps", *(f"{count} workers" for count in workers))
        yield _rule(len(workers))
    for task_ms, delay_ms in sorted({(it["task_ms"], it.get("delay_ms", 0)) for it in points}):
        found = {
            point["workers"]: _efficiency(point)
            for point in points
            if (point["task_ms"], point.get("delay_ms", 0)) == (task_ms, delay_ms)
        }
        far = f", {delay_ms} ms to the server and back" if delay_ms else ""
        yield _row(f"{task_ms} ms{far}", *(found.get(count, "") for count in workers))


def machine(results: Sequence[Result]) -> Iterator[str]:
    """On what it was measured, and how busy that was."""
    loads = [each["load_before"] for each in results if "load_before" in each]
    versions = sorted({each["python"] for each in results})
    cores = sorted({each["cores"] for each in results})
    load = f"{_short(min(loads))} to {_short(max(loads))}"
    on = f"Python {', '.join(versions)} on {', '.join(map(str, cores))} cores"
    yield f"Measured with {on}; the load of the machine was {load} before each case."
    peers = {each["peer"]: each["version"] for each in results if "version" in each}
    if peers:
        said = (f"{peer.split('_')[0]} {version}" for peer, version in sorted(peers.items()))
        yield f"Versions of other engines: {', '.join(said)}."


TABLES: Final[dict[str, Callable[[Sequence[Result]], Iterator[str]]]] = {
    "engines": engines,
    "totals": totals,
    "processors": processors,
    "growth": growth,
    "throughput": throughput,
    "machine": machine,
}
"""Names in the document, and what makes the lines there."""

_ROLES: Final = ("client", "server", "worker")


def _growth_row(name: str, n: int, each: Result) -> str:
    return _row(
        name,
        f"{n:,}",
        _short(each["milliseconds_per_operation"]),
        *(_short(each[f"{role}_cpu_ms_per_operation"]) for role in _ROLES),
        f"{each['server_bytes_per_operation']:,}",
    )


def _efficiency(point: Result) -> str:
    if point["efficiency"] is None:
        return f"{point['tasks_per_second']:,.0f} a second"
    return f"{100 * point['efficiency']:.0f} %"


def _all_of_us(results: Sequence[Result], case: str) -> list[Result]:
    return [
        each
        for each in results
        if each["case"] == case and "peer" not in each and "error" not in each
    ]


def _of_us(results: Sequence[Result], case: str) -> Result | None:
    """The line that has the yardstick, or else the first one."""
    ours = _all_of_us(results, case)
    return next(
        (each for each in ours if "raw_rq_ms_per_job" in each), ours[0] if ours else None
    )


def _beside(ours: Result, name: str) -> str:
    taken = ours.get(f"{name}_ms_per_job")
    if taken is None:
        return ""
    return f"{_short(taken)} (ours is {_short(ours[f'ratio_to_{name}'])} of it)"


def _peer(results: Sequence[Result], case: str, peer: str, n: int) -> str:
    found = _of_peer(results, case, peer)
    if "milliseconds_per_operation" not in found:
        return "cannot" if "cannot" in found else ""
    taken = _short(found["milliseconds_per_operation"])
    return taken if found["n"] == n else f"{taken} (n = {found['n']:,})"


def _of_peer(results: Sequence[Result], case: str, peer: str) -> Result:
    found = (each for each in results if each["case"] == case and each.get("peer") == peer)
    return next(found, {})


def _name(peer: str) -> str:
    return "funsies 0.8" if peer == "funsies_0_8" else peer


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(numbers: int) -> str:
    return "|".join(["", "---", *["---:"] * numbers, ""])


def _short(figure: float | None) -> str:
    """Two or three digits that matter."""
    if figure is None:
        return ""
    if abs(figure) >= 100:  # noqa: PLR2004
        return f"{figure:,.0f}"
    return f"{figure:.3f}" if abs(figure) < 1 else f"{figure:.1f}"
