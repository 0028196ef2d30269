"""What was to be reached, and what was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from results import Result, all_of_us, of_us, points, short, table

Find: TypeAlias = Callable[[Sequence[Result]], float | None]
"""Reads a figure from results; None if it was not measured."""

MANY: Final = 10_000


class Goal(NamedTuple):
    """A figure that is to be small, or at least so large.

    Attributes:
        what: it is, with its unit.
        goal: where it is to be.
        find: reads it.
        is_least: True if it is to be no smaller.
    """

    what: str
    goal: float
    find: Find
    is_least: bool = False


def _of_case(case: str, key: str) -> Find:
    def find(results: Sequence[Result]) -> float | None:
        ours = of_us(results, case)
        return None if ours is None else ours.get(key)

    return find


def _of_command(command: str, key: str) -> Find:
    def find(results: Sequence[Result]) -> float | None:
        found = (it for it in points(results, "startup") if it["command"] == command)
        return next((it.get(key) for it in found), None)

    return find


def _far(results: Sequence[Result]) -> float | None:
    """Efficiency of workers that are 1 ms away, steps of 10 ms: the smallest."""
    found = [
        it["efficiency"]
        for it in points(results, "throughput")
        if (it["task_ms"], it.get("delay_ms")) == (10, 1)
    ]
    return 100 * min(found) if found else None


def _longest_call(results: Sequence[Result]) -> float | None:
    """Of graphs in which no step has very many inputs; 10 if no call took longer."""
    found = [
        max(10.0, it["blocked_milliseconds_longest"])
        for it in points(results, "growth")
        if it["shape"] not in {"reduce", "map_each"}
    ]
    return max(found, default=None)


def _data(results: Sequence[Result]) -> float | None:
    """The smallest ratio of ways through the disk, of files of at least 64 MiB."""
    found = [
        it[f"{way}_ratio"]
        for it in points(results, "data")
        if it["store"] == "disk" and it["bytes"] >= 64 << 20
        for way in ("put_file", "shell_reads", "shell_copies", "takeout")
    ]
    return min(found, default=None)


def _peak(results: Sequence[Result]) -> float | None:
    found = [
        it.get(f"{way}_worker_mib", 0)
        for it in points(results, "data")
        for way in ("put_file", "shell_reads", "shell_copies", "takeout")
    ]
    return max(found, default=None)


def _why(results: Sequence[Result]) -> float | None:
    return next((it["seconds"] for it in all_of_us(results, "why") if it["n"] >= MANY), None)


def _over_bash(results: Sequence[Result]) -> float | None:
    """What a shell step takes besides the start of bash."""
    ours = of_us(results, "shell")
    if ours is None or "bash_start_milliseconds" not in ours:
        return None
    taken: float = ours["bash_milliseconds_per_operation"] - ours["bash_start_milliseconds"]
    return taken


_MS: Final = "milliseconds_per_operation"
GOALS: Final = (
    Goal("wide, ms an operation", 0.25, _of_case("wide", _MS)),
    Goal("chain, ms an operation", 0.4, _of_case("chain", _MS)),
    Goal("shell step with `sh`, ms", 0.8, _of_case("shell", f"sh_{_MS}")),
    Goal("shell step with strict bash, ms besides the start of bash", 0.4, _over_bash),
    Goal("cached, ms an operation", 0.05, _of_case("cached", _MS)),
    Goal("one input changed, ms an operation", 0.1, _of_case("incremental", _MS)),
    Goal("building and writing a graph, ms an operation", 0.06, _of_case("build", _MS)),
    Goal(
        "memory of the server, bytes an operation",
        1024,
        _of_case("wide", "server_bytes_per_operation"),
    ),
    Goal(
        "commands of the server an operation",
        14,
        _of_case("wide", "server_commands_per_operation"),
    ),
    Goal("`wait_for()` of something finished, ms", 0.15, _of_case("wait_for", _MS)),
    Goal("longest call of the server without very many inputs, ms", 10, _longest_call),
    Goal("10 ms steps, 1 ms to the server and back, % of the ideal", 90, _far, is_least=True),
    Goal("files through the disk by copy and SHA-256", 0.7, _data, is_least=True),
    Goal("memory of a worker with files of any size, MiB", 100, _peak),
    Goal("`funsies run`, cached, seconds", 0.3, _of_command("funsies run, cached", "seconds")),
    Goal(
        "workers ready, seconds",
        0.4,
        _of_command("workers, started and stopped", "ready_seconds"),
    ),
    Goal("reasons of 10,000 steps (`why`), seconds", 1, _why),
)


def goals(results: Sequence[Result]) -> Iterator[str]:
    """Each goal for which there is a figure."""
    found = ((goal, goal.find(results)) for goal in GOALS)
    rows = (
        [goal.what, short(goal.goal), short(figure), _verdict(goal, figure)]
        for goal, figure in found
        if figure is not None
    )
    yield from table(("what", "goal", "measured", ""), rows)


def _verdict(goal: Goal, figure: float) -> str:
    is_reached = figure >= goal.goal if goal.is_least else figure <= goal.goal
    return "reached" if is_reached else f"{figure / goal.goal:.2f} of it"
