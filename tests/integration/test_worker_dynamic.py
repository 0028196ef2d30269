"""Steps that build steps: workers hand their results on, and circles come to an end."""

from __future__ import annotations

import redis

import funsies as f
from funsies.core.errors import ErrorKind


def forever(number: int) -> f.Artefact[int]:
    """Ask for oneself."""
    return f.put(number).bind(forever)


def countdown(number: int) -> f.Artefact[int]:
    """Build one step less, again and again."""
    return f.put(number - 1).bind(countdown) if number else f.put(42)


def follow(number: int) -> int:
    return number + 1


def hold(channel: str) -> int:
    redis.Redis.from_url(channel).blpop("go", 600)
    return 1


def held(channel: str) -> f.Artefact[int]:
    return f.reduce(hold, channel)


def test_a_step_that_asks_for_itself_ends_in_an_error(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        circle = f.put(1).bind(forever)
        after = f.reduce(follow, circle)
        f.execute(after)
        f.wait_for(after, timeout=30)
        error = f.take(circle, strict=False).failure()
        assert f.take(after, strict=False).failure() == error
    assert error.kind is ErrorKind.Cycle
    assert "forever" in error.details


def test_steps_may_build_steps_many_levels_deep(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.put(60).bind(countdown)
        f.execute(step)
        f.wait_for(step, timeout=60)
        assert f.take(step) == 42


def test_no_worker_waits_for_another_when_a_step_builds_steps(stage):
    """One worker is enough, and what it runs while a part is pending is something else."""
    stage.start_worker()
    stage.start_worker()
    with f.Fun(stage.server):
        outer = f.put(stage.channel.url).bind(held)
        f.execute(outer)
        free = f.reduce(follow, 41)
        f.execute(free)
        f.wait_for(free, timeout=30)
        assert f.take(free) == 42
        stage.channel.say("go")
        f.wait_for(outer, timeout=30)
        assert f.take(outer) == 1
