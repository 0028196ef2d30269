"""Results of ``run.py``, and how tables are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

Result: TypeAlias = dict[str, Any]
"""A line of ``run.py``."""

ROLES: Final = ("client", "server", "worker")
"""Who spends processor time."""


def all_of_us(results: Sequence[Result], case: str) -> list[Result]:
    """What funsies did in a case, smallest first."""
    found = (
        each
        for each in results
        if each["case"] == case and "peer" not in each and "error" not in each
    )
    return sorted(found, key=lambda each: each["n"])


def of_us(results: Sequence[Result], case: str) -> Result | None:
    """The line that has the yardstick, or else the first one."""
    ours = all_of_us(results, case)
    return next(
        (each for each in ours if "raw_rq_ms_per_job" in each), ours[0] if ours else None
    )


def points(results: Sequence[Result], case: str) -> list[Result]:
    """The points of all lines of a case, each with the ``n`` of its line."""
    return [
        point | {"n": each["n"]}
        for each in all_of_us(results, case)
        for point in each.get("points", ())
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> Iterator[str]:
    """Lay a table out; nothing if it has no rows.

    Args:
        head: names of the columns.
        rows: cells of each row.
        texts: how many columns are text, from the left; the others are numbers.
    """
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    if lines:
        yield f"| {' | '.join(head)} |"
        yield "|".join(["", *["---"] * texts, *["---:"] * (len(head) - texts), ""])
        yield from lines


def short(figure: float | None) -> str:
    """Two or three digits that matter."""
    if figure is None:
        return ""
    if abs(figure) >= 100:  # noqa: PLR2004
        return f"{figure:,.0f}"
    return f"{figure:.3f}" if abs(figure) < 1 else f"{figure:.1f}"
