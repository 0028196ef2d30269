"""Why steps are to run that nobody has run yet."""

from __future__ import annotations

import funsies as f
from funsies.history.runs import last_run
from funsies.history.why import ChangeKind, Ran, reasons
from funsies.report.why import reason_lines, told_of


def half(part: int) -> float:
    return part / 2


def test_what_waits_is_told_as_waiting_with_what_for_and_why_it_is_to_run(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here) as session:
        first = f.reduce(half, 1)
        handle = f.execute(f.reduce(round, first))
        run = last_run(session.backend)
        assert run is not None
        found = reasons(session.backend, run)
        lines = {}
        for step, reason in found.steps.items():
            told = told_of(session.backend, found, step)
            lines[reason.task] = str(next(reason_lines(told, step)))
        handle.cancel()
    assert found.counts() == {Ran.WAITING: 2}
    assert " waits for a worker of the queue default with Python " in lines["half"]
    assert " waits for its inputs (half) in run 1" in lines["round"]
    [group] = found.groups
    assert [each.kind for each in group.roots] == [ChangeKind.NEW]
    assert set(reasons(session.backend, run).counts()) == {Ran.UNFINISHED}
