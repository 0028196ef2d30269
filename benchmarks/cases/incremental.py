"""One input of many is edited: only what depends on it runs, and only as far as it differs."""

from __future__ import annotations

from collections.abc import Sequence

from harness import Figures, Setting, executions, run_to_end, server_and_workers, spread

import funsies as f


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
    """Seconds and executions after an edit that matters, and after one that does not."""
    changed: list[float] = []
    cut_off: list[float] = []
    with server_and_workers(setting.workers) as session:
        numbers = list(range(1_000_000, 1_000_000 + setting.n))
        texts = [str(number) for number in numbers]
        _run(texts, numbers)

        before = executions(session)
        for repeat in range(setting.repeats):
            numbers[0] = repeat
            texts[0] = str(repeat)
            changed.append(_run(texts, numbers))
        between = executions(session)
        for repeat in range(setting.repeats):
            texts[0] = texts[0].strip() + " " * (repeat + 1)
            cut_off.append(_run(texts, numbers))
        after = executions(session)
    return {
        "operations": 2 * setting.n + 1,
        **spread("changed_seconds", changed),
        "changed_executions": (between - before) / setting.repeats,
        **spread("cut_off_seconds", cut_off),
        "cut_off_executions": (after - between) / setting.repeats,
    }


def _run(texts: Sequence[str], numbers: Sequence[int]) -> float:
    total = add_up(*(double(parse(text)) for text in texts))
    return run_to_end(total, 2 * sum(numbers))
