"""Results as plots: SVG that can be read on a dark and on a light page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import matplotlib as mpl
from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

Result: TypeAlias = dict[str, Any]
Points: TypeAlias = Mapping[str, Sequence[tuple[float, float]]]
"""Curves by name."""

NEUTRAL: Final = "#808890"
"""For text and axes: it can be read on white as on black."""

COLOURS: Final = ("#2f81f7", "#e8710a", "#1a9850", "#a371f7", "#d1407f", "#8a8d00", "#00949e")
"""Of curves: each is told from white and from black."""

STYLE: Final[Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "funsies",
    "font.family": "sans-serif",
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.grid": True,
    "grid.alpha": 0.35,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    **dict.fromkeys(
        (
            "text.color",
            "axes.edgecolor",
            "axes.labelcolor",
            "axes.titlecolor",
            "xtick.color",
            "ytick.color",
            "grid.color",
        ),
        NEUTRAL,
    ),
}

LEGEND_COLUMNS: Final = 3

GROWING: Final = ("chain", "shell")
"""Cases that are measured at several sizes, besides the shapes of case ``growth``."""


PICTURES: Final = {
    "growth.svg": "Time of an operation by their number: what is level grows linearly",
    "efficiency.svg": "Efficiency by the number of workers, for steps of several lengths",
}
"""Names of pictures, and what they show."""


def draw_all(results: Sequence[Result], directory: Path) -> Iterator[str]:
    """Draw what there are results for.

    Yields:
        Names of pictures.
    """
    with mpl.rc_context(STYLE):
        if _by_n(results, "milliseconds_per_operation"):
            _draw_growth(results, directory / "growth.svg")
            yield "growth.svg"
        if near := _efficiency(results, is_far=False):
            far = _efficiency(results, is_far=True)
            _draw_efficiency(near, far, directory / "efficiency.svg")
            yield "efficiency.svg"


def _draw_growth(results: Sequence[Result], path: Path) -> None:
    """Time an operation by the number of operations: a level line is linear growth."""
    taken = _by_n(results, "milliseconds_per_operation")
    with _picture(path, columns=2) as (left, right):
        _curves(left, taken, "operations", "milliseconds an operation")
        _curves(
            right,
            _by_n(results, "server_cpu_ms_per_operation"),
            "operations",
            "processor time of the server, ms an operation",
        )
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter("{x:g}")
            axes.xaxis.set_major_formatter("{x:,.0f}")


def _efficiency(results: Sequence[Result], *, is_far: bool) -> Points:
    """Ideal time by real time, by workers, for steps of several lengths."""
    curves: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for result in _of_us(results, "throughput"):
        for point in result.get("points", ()):
            if point["efficiency"] is not None and bool(point.get("delay_ms")) == is_far:
                curves[_length_and_delay(point)].append((point["workers"], point["efficiency"]))
    return curves


def _draw_efficiency(near: Points, far: Points, path: Path) -> None:
    """Workers beside the server, and workers from which it takes some time to it and back."""
    drawn = [(near, "workers"), (far, "workers, far from the server")]
    shown = [(curves, across) for curves, across in drawn if curves]
    with _picture(path, columns=len(shown)) as columns:
        for axes, (curves, across) in zip(columns, shown, strict=True):
            _curves(axes, curves, across, "efficiency: ideal time / real time")
            axes.set_xscale("log", base=2)
            axes.xaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_minor_formatter("")
            axes.set_ylim(0, 1.05)


def _length_and_delay(point: Result) -> str:
    name = f"{point['task_ms']} ms"
    delay = point.get("delay_ms")
    return f"{name}, {delay} ms away" if delay else f"steps of {name}"


def _by_n(results: Sequence[Result], key: str) -> Points:
    curves: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for case in GROWING:
        for each in _of_us(results, case):
            if key in each:
                curves[case].append((each["n"], each[key]))
    for each in _of_us(results, "growth"):
        for point in each.get("points", ()):
            if point["shape"] not in GROWING and key in point:
                curves[point["shape"]].append((each["n"], point[key]))
    return {name: points for name, points in curves.items() if len(points) > 1}


def _of_us(results: Sequence[Result], case: str) -> list[Result]:
    return [each for each in results if each["case"] == case and "peer" not in each]


@contextmanager
def _picture(path: Path, columns: int) -> Iterator[Sequence[Axes]]:
    figure, axes = plt.subplots(1, columns, figsize=(5.2 * columns, 4.6), squeeze=False)
    yield list(axes[0])
    figure.tight_layout()
    figure.savefig(path, transparent=True, metadata={"Date": None})
    plt.close(figure)


def _curves(axes: Axes, curves: Points, across: str, up: str) -> None:
    for number, (name, points) in enumerate(curves.items()):
        xs, ys = zip(*sorted(points), strict=True)
        style = "-" if number < len(COLOURS) else "--"
        axes.plot(xs, ys, marker="o", markersize=4, linestyle=style, label=name)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.legend(
        fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=LEGEND_COLUMNS
    )
