"""``start``: a session that holds everywhere in a program until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import funsies as f
from funsies.session import session_in_force


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    f.stop()


def total(numbers: list[int]) -> int:
    step = f.reduce(sum, numbers)
    f.execute(step)
    return f.take(step)


def looks_for_a_session() -> bool:
    return session_in_force() is not None


def test_it_holds_in_threads_and_asyncio_tasks() -> None:
    f.start(server=f.Server("memory://"))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(total, [1, 2]).result() == 3

    async def in_a_task() -> int:
        return await asyncio.create_task(asyncio.to_thread(total, [3, 4]))

    assert asyncio.run(in_a_task()) == 7


def test_a_block_of_its_own_goes_before_it() -> None:
    server = f.Server("memory://")
    session = f.start(server=server, defaults=f.options(retries=3))
    with f.Fun(f.Server("memory://")) as inner:
        step = f.reduce(sum, [5])
        assert inner.operations
        assert not session.operations
        assert step.reference.operation.options.retries == 0
    step = f.reduce(sum, [5])
    assert step.reference.operation.options.retries == 3
    assert len(session.operations) == 1


def test_a_step_does_not_see_it() -> None:
    f.start(server=f.Server("memory://"))
    step = f.reduce(looks_for_a_session)
    f.execute(step)
    assert f.take(step) is False


def test_the_same_line_again_changes_nothing_and_another_one_starts_anew() -> None:
    server = f.Server("memory://")
    session = f.start(server=server)
    assert f.start(server=server) is session
    assert f.start(server=server, defaults=f.options(retries=1)) is not session


def test_after_stop_there_is_no_session() -> None:
    f.start(server=f.Server("memory://"))
    f.stop()
    f.stop()
    with pytest.raises(f.FunsiesError, match="inside `with Fun"):
        total([1])


@pytest.mark.parametrize("asked", [{"nworkers": 2}, {"directory": "."}])
def test_workers_are_not_started_for_a_server_that_is_named(asked) -> None:
    session = f.start(server=f.Server("memory://"))
    with pytest.raises(f.FunsiesError, match="funsies worker"):
        f.start(server=f.Server("memory://"), **asked)
    f.reduce(sum, [1])
    assert session.operations  # what was started before goes on


def starts() -> None:
    f.start()


def test_a_step_does_not_start_anything() -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(starts)
        f.execute(step)
        error = f.take(step, strict=False).failure()
    assert "start() is for the program" in error.details
