"""One input of many is edited: only what depends on it runs, and only as far as it differs."""

from __future__ import annotations

from collections.abc import Sequence

from harness import Case, Figures, Setting, executions, run_to_end, server_and_workers, spread
from meter import Meter
from raw_rq import beside_raw_rq

import funsies as f

CASE = Case(
    "one input of n edited: if its value differs, and if it does not (early cutoff)",
    n=1000,
    quick_n=20,
    unit="inputs",
    series=(100, 1000, 10_000),
)


@f.task
def parse(text: str) -> int:
    """Read a number; blanks around it do not matter."""
    return int(text)


@f.task
def double(number: int) -> int:
    """Stand for what is done with each input."""
    return number * 2


@f.task
def add_up(*numbers: int) -> int:
    """Bring everything together."""
    return sum(numbers)


def measure(setting: Setting) -> Figures:
    """Seconds and executions after an edit that matters, and after one that does not.

    Seconds are from ``execute`` to the value. What is given an operation is of the edit that
    matters, with building. Beside it are jobs of plain RQ, which would all run again.
    """
    changed: list[float] = []
    cut_off: list[float] = []
    operations = 2 * setting.n + 1
    with server_and_workers(setting.workers) as session:
        meter = Meter(session)
        numbers = list(range(1_000_000, 1_000_000 + setting.n))
        texts = [str(number) for number in numbers]
        _run(texts, numbers)

        for repeat in range(setting.repeats):
            numbers[0] = repeat
            texts[0] = str(repeat)
            with meter.measured(operations):
                changed.append(_run(texts, numbers))
        before = executions(session)
        for repeat in range(setting.repeats):
            texts[0] = texts[0].strip() + " " * (repeat + 1)
            cut_off.append(_run(texts, numbers))
        after = executions(session)
        raw = beside_raw_rq(setting, session, "wide", meter.milliseconds())
    return {
        **meter.figures(),
        **spread("changed_seconds", changed),
        "changed_executions": meter.executions() / setting.repeats,
        **spread("cut_off_seconds", cut_off),
        "cut_off_executions": (after - before) / setting.repeats,
        **raw,
    }


def _run(texts: Sequence[str], numbers: Sequence[int]) -> float:
    total = add_up(*(double(parse(text)) for text in texts))
    return run_to_end(total, 2 * sum(numbers))
