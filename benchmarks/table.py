"""Results as tables to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from harness import Figures

COLUMNS: Final = {
    "ms/op": "milliseconds_per_operation",
    "min": "milliseconds_per_operation_min",
    "max": "milliseconds_per_operation_max",
    "client": "client_cpu_ms_per_operation",
    "server": "server_cpu_ms_per_operation",
    "workers": "worker_cpu_ms_per_operation",
    "commands": "server_commands_per_operation",
    "bytes": "server_bytes_per_operation",
    "RQ ms": "raw_rq_ms_per_job",
    "/RQ": "ratio_to_raw_rq",
    "/simple": "ratio_to_rq_simple",
}
"""Columns of cases that count operations; client, server and workers: processor time in ms."""

ABOUT: Final = ("case", "n", "workers", "repeats", "error")
MACHINE: Final = (*ABOUT, "python", "cores", "load_before", "measured")
"""What is not measured in a case."""

SHOWN_COMMANDS: Final = 25


def lines(results: Sequence[Figures]) -> Iterator[str]:
    """Lay out what was measured: an operation where that is counted, and the rest by name.

    What failed comes last, where it is seen.
    """
    counted = [each for each in results if "milliseconds_per_operation" in each]
    if counted:
        yield "".join([f"{'':24}{'n':>8}{'W':>3}", *(f"{name:>10}" for name in COLUMNS)])
    for each in counted:
        cells = (f"{_short(each.get(key)):>10}" for key in COLUMNS.values())
        name = f"{each['case']} {each.get('peer', '')}"
        yield "".join([f"{name:24}{each['n']:>8}{each['workers']:>3}", *cells])
    for each in sorted(results, key=lambda each: "error" in each):
        if each not in counted and "cannot" not in each:
            yield f"{each['case']}, n = {each['n']}"
            yield from _by_name(each)


def command_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """Lay out what the server did for an operation, the most expensive first."""
    commands = figures.get("server_commands", {})
    if commands:
        yield "server: microseconds an operation, calls an operation"
        yield "(functions, fcall, have what they call in their time)"
    for name, each in list(commands.items())[:SHOWN_COMMANDS]:
        yield f"{each['microseconds']:10.2f} {each['calls']:9.3f} {name}"


def _by_name(each: Figures) -> Iterator[str]:
    for name, figure in _figures(each):
        spread = ""
        if f"{name}_min" in each:
            spread = f"({_short(each[f'{name}_min'])} to {_short(each[f'{name}_max'])})"
        yield f"  {name:45} {figure:>10}  {spread}"
    points: Sequence[Figures] = each.get("points", ())  # type: ignore[assignment]
    for point in points:
        yield "  " + ", ".join(f"{name} {figure}" for name, figure in _figures(point))
    if "error" in each:
        yield f"  {each['error']}"


def _figures(each: Figures) -> Iterator[tuple[str, str]]:
    """What was measured, but for smallest and largest."""
    for name, figure in each.items():
        is_single = isinstance(figure, int | float | str) and name not in MACHINE
        if is_single and not name.endswith(("_min", "_max")):
            yield name, _short(figure)


def _short(figure: object) -> str:
    """Three digits that matter."""
    if not isinstance(figure, int | float):
        return "" if figure is None else str(figure)
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"  # noqa: PLR2004
