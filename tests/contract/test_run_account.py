"""There is one account of a run: what is told at its end is what is told of it later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

import funsies as f
from funsies.client.forgetting import reset
from funsies.history.closing import Ending
from funsies.history.outcomes import SUPERSEDED, counted
from funsies.history.runs import Outcome, Run, last_run, outcomes_of_run, runs
from funsies.session import Session
from funsies.store.rows.run_rows import StepCounts

Programs = Callable[[], Any]


@pytest.fixture(params=["memory", "redis"])
def program(request: pytest.FixtureRequest) -> Programs:
    """Opens a session of another program, on the same server each time."""
    is_memory = request.param == "memory"
    server = f.Server("memory://" if is_memory else request.getfixturevalue("redis_url"))
    return lambda: f.Fun(server, f.options(distributed=False))


@pytest.fixture
def session(program: Programs) -> Iterator[Session]:
    with program() as opened:
        yield opened


def half(number: float) -> float:
    if number < 0:
        raise ValueError(number)
    return number / 2


def halves(number: float) -> f.Artefact[float]:
    return f.reduce(sum, f.gather([f.reduce(half, number), f.reduce(half, 2.0)]), out=float)


def failing_halves(number: float) -> f.Artefact[float]:
    return f.reduce(half, f.reduce(half, -number), name="after")


def fourth(number: float) -> f.Artefact[float]:
    return f.reduce(half, number, out=float).bind(halves)


def end(session: Session) -> dict[str, StepCounts]:
    """End a run; what is told now is what who looks later is told, by the same rules."""
    under_way = last_run(session.backend)
    assert under_way is not None
    steps = {each.operation: each for each in outcomes_of_run(session.backend, under_way)}
    ending = session.recorder.end()
    assert ending is not None
    ended = last_run(session.backend)
    assert ended is not None
    assert (ended.number, ended.outcome, ended.counts) == (
        ending.number,
        ending.outcome,
        ending.counts,
    )
    assert counted(steps.values()) == ending.counts
    assert counted(outcomes_of_run(session.backend, ended)) == ending.counts
    assert_same_steps(ending, steps)
    return ending.counts


def assert_same_steps(ending: Ending, steps: dict) -> None:
    """Where all are done, the one who ends the run does not look at each as closely."""
    assert {each.operation: each.outcome for each in ending.steps} == {
        digest: each.outcome for digest, each in steps.items()
    }
    assert {each.operation for each in ending.steps if each.ran is not None} == {
        digest for digest, each in steps.items() if each.ran is not None
    }


def counts(**numbers: float) -> StepCounts:
    return StepCounts(**numbers)  # type: ignore[arg-type]


def without_times(found: dict[str, StepCounts]) -> dict[str, StepCounts]:
    return {name: replace(each, seconds=0.0) for name, each in found.items()}


def test_it_tells_what_was_run_what_failed_and_what_was_skipped(session: Session) -> None:
    bad = f.reduce(half, -1.0)
    f.execute(f.reduce(half, 1.0), f.reduce(half, bad), f.reduce(half, 4.0, name="other"))
    found = end(session)
    assert found["half"].seconds > 0
    assert without_times(found) == {
        "half": counts(done=1, failed=1, skipped=1),
        "other": counts(done=1),
    }


def test_what_was_there_is_cached_or_failed_already(program: Programs) -> None:
    with program() as session:
        bad = f.reduce(half, -1.0, name="bad")
        f.execute(f.reduce(half, 1.0, name="good"), f.reduce(half, bad, name="after"))
        end(session)
    with program() as session:
        bad = f.reduce(half, -1.0, name="bad")
        f.execute(f.reduce(half, 1.0, name="good"), f.reduce(half, bad, name="after"))
        f.reduce(half, 5.0, name="idle")
        f.execute(f.reduce(half, 2.0))
        assert without_times(end(session)) == {
            "after": counts(skipped=1),
            "bad": counts(failed=1),
            "good": counts(cached=1),
            "half": counts(done=1),
        }


def test_if_nothing_had_to_be_run_all_is_cached(program: Programs) -> None:
    for expected in (counts(done=3), counts(cached=3)):
        with program() as session:
            f.execute(f.reduce(half, f.reduce(half, 8.0)), f.reduce(half, 3.0))
            assert without_times(end(session)) == {"half": expected}


def test_what_nothing_needed_is_left_out(program: Programs) -> None:
    """The result of the step that uses it is there."""
    with program() as session:
        first = f.reduce(half, 8.0, name="first")
        f.execute(f.reduce(half, first))
        assert first.producer is not None
        session.backend.graph.reset([first.producer])
    with program() as session:
        f.execute(f.reduce(half, f.reduce(half, 8.0, name="first")))
        assert without_times(end(session)) == {"half": counts(cached=1)}


def test_what_is_taken_from_an_equal_step_is_cached(session: Session) -> None:
    f.execute(f.reduce(half, f.reduce(half, 8.0, name="one")))
    f.execute(f.reduce(half, f.reduce(half, 8.0, name="other")))
    found = without_times(end(session))
    assert found["half"] == counts(done=1, cached=1)


def test_what_another_program_does_is_not_counted(program: Programs) -> None:
    with program() as session:
        f.execute(f.reduce(half, 1.0))
        other = Session(session.server, session.backend)
        f.execute(f.reduce(half, 2.0), f.reduce(half, 1.0), connection=other)
        assert without_times(end(other)) == {"half": counts(done=1, cached=1)}
        session.recorder.close()
        both = [each.counts["half"].done for each in runs(session.backend)]
        assert both == [1, 1]


def test_what_was_run_while_a_run_went_on_counts_for_it(session: Session) -> None:
    """Workers may run what an earlier program has left before this one asks for it."""
    other = Session(session.server, session.backend)
    f.execute(f.reduce(half, 2.0), connection=other)
    f.execute(f.reduce(half, 1.0))
    f.execute(f.reduce(half, 1.0), connection=other)
    ending = other.recorder.end()
    assert ending is not None
    assert without_times(ending.counts) == {"half": counts(done=2)}
    run = next(each for each in runs(session.backend) if each.number == ending.number)
    assert counted(outcomes_of_run(session.backend, run)) == ending.counts


def test_a_failure_of_the_machine_is_tried_and_counted_again(session: Session) -> None:
    slow = f.reduce(time.sleep, 60, opt=f.options(timeout=0.01))
    for _ in range(2):
        f.execute(slow)
        assert without_times(end(session)) == {"sleep": counts(failed=1, volatile=1)}


def test_what_failed_and_is_run_again_is_counted_for_the_run_that_runs_it(
    program: Programs,
) -> None:
    for is_again in (False, True):
        with program() as session:
            bad = f.reduce(half, -1.0, name="bad")
            if is_again:
                reset(bad)
            f.execute(f.reduce(half, bad))
            found = end(session)
            assert (found["bad"].seconds > 0, found["half"].skipped) == (True, 1)


def test_what_a_dynamic_step_built_belongs_to_the_run(session: Session) -> None:
    f.execute(f.put(4.0).bind(halves))
    found = {name: each.done for name, each in end(session).items()}
    assert found == {"halves": 1, "sum": 1, "gather": 1, "half": 2}


def test_so_does_what_that_built_in_turn(session: Session) -> None:
    f.execute(f.put(4.0).bind(fourth))
    found = {name: each.done for name, each in end(session).items()}
    assert found == {"fourth": 1, "halves": 1, "sum": 1, "gather": 1, "half": 2}


def test_of_what_a_dynamic_step_built_the_rest_is_cached(program: Programs) -> None:
    with program():
        f.execute(f.reduce(half, 2.0))
    with program() as session:
        f.execute(f.put(4.0).bind(halves))
        assert without_times(end(session))["half"] == counts(done=1, cached=1)


def test_what_a_cached_dynamic_step_has_built_was_not_needed(program: Programs) -> None:
    for expected in ({"halves", "sum", "gather", "half", "other"}, {"halves", "other"}):
        with program() as session:
            f.execute(f.put(4.0).bind(halves))
            f.execute(f.reduce(half, 7.0 + len(expected), name="other"))
            found = end(session)
            assert found.keys() == expected
    assert found["halves"] == counts(cached=1)


def test_a_dynamic_step_fails_with_what_it_built(session: Session) -> None:
    f.execute(f.put(4.0).bind(failing_halves))
    assert without_times(end(session)) == {
        "failing_halves": counts(failed=1),
        "half": counts(failed=1),
        "after": counts(skipped=1),
    }


def test_a_lost_value_that_is_computed_again_is_counted_as_run(program: Programs) -> None:
    with program() as session:
        made = f.reduce(make, 3, name="made")
        f.execute(made)
        (content,) = (each.content for each in state_of(session, made).results)
        session.backend.data.delete(content)
    with program() as session:
        f.execute(f.reduce(len, f.reduce(make, 3, name="made")))
        assert without_times(end(session)) == {"made": counts(done=1), "len": counts(done=1)}


def make(number: int) -> bytes:
    return bytes(number * 100_000)


def state_of(session: Session, step: f.Artefact) -> Any:
    assert step.producer is not None
    return session.backend.graph.states([step.producer])[0]


def test_what_nobody_runs_is_unfinished(redis_url: str) -> None:
    with f.Fun(f.Server(redis_url)) as session:
        f.execute(f.reduce(half, f.reduce(half, 1.0)))
        ending = session.recorder.end(KeyboardInterrupt())
        assert ending is not None
        assert ending.outcome is Outcome.INTERRUPTED
        assert ending.counts == {"half": counts(unfinished=2)}


def test_what_was_withdrawn_is_unfinished_and_not_failed(redis_url: str) -> None:
    with f.Fun(f.Server(redis_url)) as session:
        f.execute(f.reduce(half, f.reduce(half, 1.0))).cancel()
        assert end(session) == {"half": counts(unfinished=2)}


def test_what_a_run_had_left_stays_so_when_others_do_it(stage: Any) -> None:
    """Whether that was running or waiting when the run ended, or is skipped since."""
    with f.Fun(stage.server) as session:
        steps = [f.reduce(half, 1.0), f.reduce(half, f.reduce(half, -1.0))]
        f.execute(*steps)
        ending = session.recorder.end(KeyboardInterrupt())
        assert ending is not None
        stage.start_worker()
        f.wait_for(*steps, timeout=60)
        first = last_run(session.backend)
        assert first is not None
        assert first.counts == ending.counts == {"half": counts(unfinished=3)}
        assert told_of(session, first) == ["unfinished"] * 3
        f.execute(*steps)
        assert without_times(end(session)) == {
            "half": counts(cached=1, failed=1, skipped=1),
        }


def told_of(session: Session, run: Run) -> list[str]:
    return [each.outcome for each in outcomes_of_run(session.backend, run)]


def test_what_a_later_run_has_run_again_is_not_told_as_unfinished(program: Programs) -> None:
    """Nor as what it was in the later one: it is not known any more."""
    for _ in range(2):
        with program() as session:
            step = f.reduce(half, 4.0)
            reset(step)
            f.execute(step)
            end(session)
    with program() as session:
        second, first = runs(session.backend)
        assert first.counts["half"].done == second.counts["half"].done == 1
        assert told_of(session, second) == ["done"]
        assert told_of(session, first) == [SUPERSEDED]


def test_a_run_that_asked_for_nothing_has_no_end(session: Session) -> None:
    f.reduce(half, 1.0)
    assert session.recorder.end() is None
