"""The closing table counts what a run did itself, and nothing that others did meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import pytest

import funsies as f
from funsies.core.digest import Digest
from funsies.report.run_steps import Scope, steps_of
from funsies.report.summary import TaskSummary, summarize, total
from funsies.session import Session
from funsies.store.rows import Generation


@pytest.fixture
def session() -> Iterator[Session]:
    with f.Fun(f.Server("memory://")) as opened:
        yield opened


def half(number: float) -> float:
    if number < 0:
        raise ValueError(number)
    return number / 2


def halves(number: float) -> f.Artefact[float]:
    return f.reduce(sum, f.gather([f.reduce(half, number), f.reduce(half, 2.0)]), out=float)


def failing_halves(number: float) -> f.Artefact[float]:
    return f.reduce(half, f.reduce(half, -number), name="after")


def lines(session: Session) -> dict[str, TaskSummary]:
    return {line.task: line for line in summarized(session)}


def summarized(
    session: Session, needed: Mapping[Digest, str] | None = None, began: float | None = None
) -> list[TaskSummary]:
    since = min(session.requested.values(), default=Generation(1))
    scope = Scope(since, session.requested, needed or {}, began)
    return summarize(steps_of(session.backend, scope))


def another(session: Session) -> Session:
    """Another program on the same server, which comes later."""
    return Session(session.server, session.backend)


def test_it_tells_what_was_run_what_failed_and_what_was_skipped(session: Session) -> None:
    bad = f.reduce(half, -1.0)
    f.execute(f.reduce(half, 1.0), f.reduce(half, bad), f.reduce(half, 4.0, name="other"))
    assert lines(session)["half"].busy_seconds > 0
    found = {
        name: (line.done, line.failed, line.skipped) for name, line in lines(session).items()
    }
    assert found == {"half": (1, 1, 1), "other": (1, 0, 0)}


def test_what_was_not_even_asked_for_is_cached_or_failed_already(session: Session) -> None:
    good, bad = f.reduce(half, 1.0, name="good"), f.reduce(half, -1.0, name="bad")
    after, idle = f.reduce(half, bad, name="after"), f.reduce(half, 5.0, name="idle")
    f.execute(good, after)
    later = another(session)
    f.execute(f.reduce(half, 2.0), connection=later)
    made = [each.operation for each in (good, bad, after, idle)]
    table = summarized(
        later, {each.digest: each.task.name for each in made if each is not None}
    )
    assert [
        (line.task, line.done, line.cached, line.failed, line.skipped) for line in table
    ] == [
        ("after", 0, 0, 0, 1),
        ("bad", 0, 0, 1, 0),
        ("good", 0, 1, 0, 0),
        ("half", 1, 0, 0, 0),
    ]
    assert total(table).failed == 1


def test_what_was_left_by_an_earlier_run_counts_for_the_one_that_runs_it(
    session: Session,
) -> None:
    """Its workers may have run it before the script asked for it again."""
    began = time.time()
    left = f.reduce(half, 1.0)
    f.execute(left)
    later = another(session)
    f.execute(f.reduce(half, 2.0), connection=later)
    assert left.producer is not None
    needed = {left.producer: "half"}
    assert summarized(later, needed)[0].cached == 1
    assert summarized(later, needed, began)[0].done == 2
    assert summarized(later, needed, time.time() + 1)[0].cached == 1


def test_what_is_taken_from_an_equal_run_is_cached(session: Session) -> None:
    f.execute(f.reduce(half, f.reduce(half, 8.0, name="one")))
    f.execute(f.reduce(half, f.reduce(half, 8.0, name="other")), connection=session)
    assert (lines(session)["half"].done, lines(session)["half"].cached) == (1, 1)


def test_what_another_program_does_is_not_counted(session: Session) -> None:
    f.execute(f.reduce(half, 1.0))
    f.execute(f.reduce(half, 2.0), connection=another(session))
    assert lines(session)["half"].done == 1


def test_a_failure_that_is_tried_again_is_counted_again(session: Session) -> None:
    """Although as many steps as before are in that state then."""
    slow = f.reduce(time.sleep, 60, opt=f.options(timeout=0.01))
    for _ in range(2):
        later = another(session)
        f.execute(slow, connection=later)
        assert lines(later)["sleep"].failed == 1


def test_what_a_dynamic_step_built_belongs_to_the_run(session: Session) -> None:
    f.execute(f.put(4.0).bind(halves))
    found = {name: line.done for name, line in lines(session).items()}
    assert found == {"halves": 1, "sum": 1, "gather": 1, "half": 2}


def test_of_what_a_dynamic_step_built_the_rest_is_cached(session: Session) -> None:
    f.execute(f.reduce(half, 2.0))
    later = another(session)
    f.execute(f.put(4.0).bind(halves), connection=later)
    assert (lines(later)["half"].done, lines(later)["half"].cached) == (1, 1)


def test_a_dynamic_step_fails_with_what_it_built(session: Session) -> None:
    f.execute(f.put(4.0).bind(failing_halves))
    found = {name: (line.failed, line.skipped) for name, line in lines(session).items()}
    assert found == {"failing_halves": (1, 0), "half": (1, 0), "after": (0, 1)}


def test_what_nobody_runs_is_unfinished(redis_url: str) -> None:
    with f.Fun(f.Server(redis_url)) as opened:
        f.execute(f.reduce(half, f.reduce(half, 1.0)))
        assert lines(opened)["half"].unfinished == 2


def test_what_was_withdrawn_is_unfinished_and_not_failed(redis_url: str) -> None:
    with f.Fun(f.Server(redis_url)) as opened:
        f.execute(f.reduce(half, f.reduce(half, 1.0))).cancel()
        assert (lines(opened)["half"].unfinished, lines(opened)["half"].failed) == (2, 0)


def test_a_run_that_asked_for_nothing_has_no_line(session: Session) -> None:
    assert summarized(session) == []
