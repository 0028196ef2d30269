"""When each worker ran what: bars on lanes, ready to be drawn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.history.outcomes import FAILED
from funsies.report.account import Lane, Slice
from funsies.report.numbers import counted, shown_seconds

WIDTH: Final = 1000
"""Width of the picture, in its own units; what is shorter than one is drawn with others."""
LANE_HEIGHT: Final = 20
MOST_LANES: Final = 100
MOST_BARS: Final = 20_000
COLOURS: Final = 7
"""The tasks that took longest have a colour each; all others share one more."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step, or steps that are too short to be seen alone.

    Attributes:
        left: where it begins.
        width: how wide it is.
        colour: number of its task's colour.
        has_failed: True if one of the steps has failed.
        title: what it is, for people.
    """

    left: float
    width: float
    colour: int
    has_failed: bool
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A lane of the picture: its worker, and what is drawn."""

    name: str
    top: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The picture.

    Attributes:
        rows: workers.
        ticks: places and texts of the axis.
        legend: names of tasks by the number of their colour.
        left_out: number of lanes that are not drawn.
    """

    rows: tuple[Row, ...]
    ticks: tuple[tuple[float, str], ...]
    legend: tuple[str, ...]
    left_out: int

    @property
    def height(self) -> int:
        """Height of all rows."""
        return len(self.rows) * LANE_HEIGHT


def timeline_of(
    lanes: Sequence[Lane], names: Mapping[int, str], began: float, ended: float
) -> Timeline:
    """Lay out the lanes of a run.

    Args:
        lanes: who ran what.
        names: how each lane is called, by its place.
        began: left end of the axis, seconds since 1970.
        ended: right end.
    """
    shown = lanes[:MOST_LANES]
    seconds = max(ended - began, 1e-6)
    scale = WIDTH / seconds
    least = max(1.0, len(shown) * WIDTH / MOST_BARS)
    legend = _longest_tasks(shown)
    colours = {task: number for number, task in enumerate(legend)}
    rows = tuple(
        Row(
            names[place],
            place * LANE_HEIGHT,
            tuple(
                _bar(group, began, scale, colours)
                for group in _groups(lane.slices, least / scale)
            ),
        )
        for place, lane in enumerate(shown)
    )
    return Timeline(rows, tuple(_ticks(seconds)), legend, len(lanes) - len(shown))


def _longest_tasks(lanes: Sequence[Lane]) -> tuple[str, ...]:
    seconds: defaultdict[str, float] = defaultdict(float)
    for lane in lanes:
        for each in lane.slices:
            seconds[each.step.task] += each.end - each.start
    return tuple(sorted(seconds, key=lambda task: -seconds[task])[:COLOURS])


def _groups(slices: Sequence[Slice], seconds: float) -> Iterator[list[Slice]]:
    """Put together what follows closely upon each other, and would be too narrow alone."""
    group: list[Slice] = []
    for each in slices:
        if group and each.end - group[0].start > seconds:
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _bar(group: Sequence[Slice], began: float, scale: float, colours: Mapping[str, int]) -> Bar:
    start, end = group[0].start, group[-1].end
    tasks = Counter(each.step.task for each in group)
    main = tasks.most_common(1)[0][0]
    return Bar(
        left=round((start - began) * scale, 2),
        width=round(max((end - start) * scale, 0.5), 2),
        colour=colours.get(main, COLOURS),
        has_failed=any(each.step.outcome == FAILED for each in group),
        title=_title(group, tasks, began),
    )


def _title(group: Sequence[Slice], tasks: Counter[str], began: float) -> str:
    first = group[0]
    when = f"{shown_seconds(first.start - began)} after the beginning"
    if len(group) == 1:
        took = shown_seconds(first.ran.seconds)
        return f"{first.step.label}: {first.step.outcome}, {took}, {when}"
    named = ", ".join(f"{number} {task}" for task, number in tasks.most_common(4))
    more = f" and {len(tasks) - 4} more tasks" if len(tasks) > 4 else ""  # noqa: PLR2004 - as above
    return f"{counted(len(group), 'step')} ({named}{more}), {when}"


def _ticks(seconds: float) -> Iterator[tuple[float, str]]:
    """Some six round numbers on the axis."""
    step = _round_step(seconds / 6)
    for number in range(int(seconds / step) + 1):
        yield round(number * step / seconds * WIDTH, 2), shown_seconds(number * step)


def _round_step(seconds: float) -> float:
    steps = [
        *(digit * 10.0**power for power in range(-6, 2) for digit in (1, 2, 5)),
        *(60.0 * minutes for minutes in (2, 5, 10, 20, 30, 60, 120, 240, 480, 720)),
    ]
    days = 86_400.0
    return next(
        (each for each in steps if each >= seconds), days * max(1, round(seconds / days))
    )
