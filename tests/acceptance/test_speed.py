"""Promises about time, measured as processor time: other programs do not count."""

from __future__ import annotations

import resource


def test_the_help_takes_less_than_a_fifth_of_a_second(shell) -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert shell.funsies("--help").code == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.2
