"""Sessions: where they are, what they share, and what they remember."""

from __future__ import annotations

import threading
from contextvars import copy_context
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from returns.pipeline import is_successful

import funsies as f
from funsies.session import NoSessionError, Session

from .small_steps import half, noted, runs


def test_outside_of_fun_everything_says_so() -> None:
    step = f.reduce(abs, -1)
    for ask in (f.take, f.execute, f.wait_for, f.reset):
        with pytest.raises(NoSessionError, match=r"inside `with Fun\(\): ...`"):
            ask(step)


def test_a_cleanup_drops_what_is_queued_and_keeps_results(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        done = f.reduce(half, 3, opt=f.options(distributed=False))
        queued = f.reduce(half, 5)  # there are no workers
        f.execute(done)
        f.execute(queued)
    with f.Fun(redis_server_here, cleanup=True):
        assert f.take(done) == 1.5
        assert f.take(queued, strict=False).failure().kind is f.ErrorKind.Cancelled


def test_an_exception_in_fun_comes_out_and_the_session_is_over(server: f.Server) -> None:
    with pytest.raises(ZeroDivisionError), f.Fun(server):
        _ = 1 / 0
    with pytest.raises(NoSessionError):
        f.execute()


def test_several_sessions_do_not_mix() -> None:
    defaults = f.options(distributed=False)
    with f.Fun(f.Server("memory://"), defaults) as outer:
        step = f.reduce(half, 3)
        with f.Fun(f.Server("memory://"), replace(defaults, priority=3)):
            assert f.options().priority == 3
            assert not is_successful(f.take(step, strict=False))
            f.execute(step, connection=outer)
            assert not is_successful(f.take(step, strict=False))
        assert f.options().priority == 0
        assert f.take(step) == 1.5


def test_threads_have_sessions_of_their_own(server: f.Server) -> None:
    outcomes: list[object] = []
    barrier = threading.Barrier(4, timeout=30)

    def work(number: int) -> None:
        with pytest.raises(NoSessionError, match=r"with Fun\(\): ...` of this very thread"):
            f.execute()
        with f.Fun(f.Server("memory://")):
            step = f.reduce(half, number)
            barrier.wait()
            f.execute(step)
            outcomes.append((number, f.take(step)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    with f.Fun(server, f.options(distributed=False)):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(outcomes) == [(n, n / 2) for n in range(4)]


def test_threads_may_share_a_session(session: Session, tmp_path: Path) -> None:
    """What two threads ask for at once runs once, and both get it."""
    values: list[object] = []
    barrier = threading.Barrier(4, timeout=30)

    def work() -> None:
        shared = [f.reduce(noted, str(tmp_path / f"runs{n}"), n) for n in range(20)]
        barrier.wait()
        f.execute(shared)
        f.wait_for(shared)
        values.append([f.take(each) for each in shared])

    contexts = [copy_context() for _ in range(4)]
    threads = [threading.Thread(target=each.run, args=(work,)) for each in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert values == [list(range(20))] * 4
    assert [runs(tmp_path / f"runs{n}") for n in range(20)] == [1] * 20


def test_what_a_function_uses_is_what_it_was_when_the_step_was_built(session: Session) -> None:
    """Also if a variable of the module, or of a loop, has changed until it is executed."""
    functions: list[Any] = []
    steps = []
    for number in range(3):
        functions.append(lambda x: x + number)  # noqa: B023 - this is what is tested
        steps.append(f.reduce(functions[-1], 10))
    f.execute(steps)
    assert [f.take(each) for each in steps] == [10, 11, 12]


def test_a_warm_run_asks_for_nothing_and_runs_nothing(session: Session, many: int) -> None:
    def build() -> f.Artefact[int]:
        parts = [f.reduce(half, n) for n in range(many // 5)]
        return f.reduce(lambda *numbers: len(numbers), *parts)

    assert len(f.execute(build()).operations) == many // 5 + 1
    handle = f.execute(build())
    assert handle.operations == ()
    assert handle.counts().total.executed == 0
