"""Tables of what an operation costs, beside other engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from results import ROLES, Result, of_us, short, table

WORK: Final = {
    "wide": "{n:,} no-op Python steps and one that needs them all",
    "chain": "a chain of {n:,} no-op Python steps",
    "shell": "{n:,} shell commands, `echo`",
    "cached": "the first row again: nothing runs",
    "incremental": "one of {n:,} inputs changed, two steps each",
    "build": "building {n:,} steps, and writing them to the server",
}
"""Cases of these tables, and what each is."""

YARDSTICKS: Final = {"raw RQ, fork": "raw_rq", "RQ SimpleWorker": "rq_simple"}
PEERS: Final = ("dask", "parsl", "redun", "luigi", "snakemake", "funsies_0_8")


def engines(results: Sequence[Result]) -> Iterator[str]:
    """Milliseconds an operation: ours, RQ's, and those of peers."""
    yield from table(_head(), (_engines_row(results, ours) for ours in _ours(results)))


def _engines_row(results: Sequence[Result], ours: Result) -> list[str]:
    spread = [short(ours[f"milliseconds_per_operation{end}"]) for end in ("_min", "_max")]
    middle = short(ours["milliseconds_per_operation"])
    return [
        WORK[ours["case"]].format(n=ours["n"]),
        f"**{middle}** ({' to '.join(spread)})",
        *(_beside(ours, name) for name in YARDSTICKS.values()),
        *(_peer(results, ours["case"], peer, ours["n"]) for peer in PEERS),
    ]


def totals(results: Sequence[Result]) -> Iterator[str]:
    """Processor time an operation of all processes: ours, RQ's, and those of peers."""
    rows = (
        [
            ours["case"],
            f"**{_total(ours, '{}_cpu_ms_per_operation')}**",
            *(_total(ours, f"{name}_{{}}_cpu_ms_per_job") for name in YARDSTICKS.values()),
            *(
                _total(_of_peer(results, ours["case"], peer), "{}_cpu_ms_per_operation")
                for peer in PEERS
            ),
        ]
        for ours in _ours(results)
    )
    yield from table(_head(), rows)


def processors(results: Sequence[Result]) -> Iterator[str]:
    """Processor time an operation by role, commands and bytes; and the same of plain RQ."""
    roles = ("client", "server", "workers")
    head = ("work", *roles, "commands", "bytes", "RQ: client", *roles[1:])
    rows = (
        [
            ours["case"],
            *(short(ours[f"{role}_cpu_ms_per_operation"]) for role in ROLES),
            short(ours["server_commands_per_operation"]),
            f"{ours['server_bytes_per_operation']:,}",
            *(short(ours.get(f"raw_rq_{role}_cpu_ms_per_job")) for role in ROLES),
        ]
        for ours in _ours(results)
    )
    yield from table(head, rows)


def _ours(results: Sequence[Result]) -> Iterator[Result]:
    found = (of_us(results, case) for case in WORK)
    return (each for each in found if each is not None)


def _head() -> list[str]:
    return ["work", "funsies", *YARDSTICKS, *(_name(peer) for peer in PEERS)]


def _total(result: Result, key: str) -> str:
    """The sum over roles; the server of a peer is among its workers."""
    found = [result[key.format(role)] for role in ROLES if key.format(role) in result]
    return short(sum(found)) if found else "cannot" if "cannot" in result else ""


def _beside(ours: Result, name: str) -> str:
    taken = ours.get(f"{name}_ms_per_job")
    if taken is None:
        return ""
    return f"{short(taken)} (ours is {short(ours[f'ratio_to_{name}'])} of it)"


def _peer(results: Sequence[Result], case: str, peer: str, n: int) -> str:
    found = _of_peer(results, case, peer)
    if "milliseconds_per_operation" not in found:
        return "cannot" if "cannot" in found else ""
    taken = short(found["milliseconds_per_operation"])
    return taken if found["n"] == n else f"{taken} (n = {found['n']:,})"


def _of_peer(results: Sequence[Result], case: str, peer: str) -> Result:
    found = (each for each in results if each["case"] == case and each.get("peer") == peer)
    return next(found, {})


def _name(peer: str) -> str:
    return "funsies 0.8" if peer == "funsies_0_8" else peer
