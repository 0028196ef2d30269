"""``await handle``: side by side, cancelled, and without a thread that stays."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Generator

import pytest
import redis

import funsies as f
from funsies.errors import StateLostError
from funsies.store.connect import open_backend


def square(number: int) -> int:
    return number * number


def held(channel: str, name: str) -> str:
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("running", name)
    answer = connection.blpop(name, 600)
    connection.close()
    return answer[1]


def threads() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name.startswith("funsies")}


@pytest.fixture(autouse=True)
def no_thread_stays():
    before = threads()
    yield
    assert threads() <= before


def test_awaiting_a_handle_gives_the_handle(stage) -> None:
    stage.start_worker()

    async def program() -> int:
        with f.Fun(stage.server):
            step = f.reduce(square, 7)
            handle = f.execute(step)
            assert await handle is handle
            assert handle.is_finished
            return f.take(step)

    assert asyncio.run(program()) == 49


def test_a_loop_that_ends_first_leaves_no_thread(stage) -> None:
    """As one that is stopped, and whose tasks nobody cancels."""

    async def begun(handle: f.Handle) -> Generator[object, None, f.Handle]:
        waiting = handle.__await__()
        next(waiting)
        return waiting

    with f.Fun(stage.server):
        before = threads()
        waiting = asyncio.run(begun(f.execute(f.reduce(square, 7))))
        (thread,) = threads() - before
        waiting.close()
        thread.join(60)
        assert not thread.is_alive()


def uses_asyncio(number: int) -> int:
    async def shortly() -> int:
        await asyncio.sleep(0)
        return number + 1

    if sys.version_info < (3, 14):  # from then on it is deprecated
        assert asyncio.get_event_loop_policy() is not None
    return asyncio.run(shortly())


def uses_a_loop_of_its_own(number: int) -> int:
    async def shortly() -> int:
        async with asyncio.TaskGroup() as group:
            made = group.create_task(asyncio.to_thread(lambda: number + 2))
        return made.result()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(shortly())
    finally:
        loop.close()


def fails_in_a_loop(number: int) -> int:
    async def shortly() -> int:
        raise ValueError(number)

    return asyncio.run(shortly())


def never_ends(number: int) -> int:
    asyncio.run(asyncio.sleep(number))
    return number


@pytest.mark.parametrize("where", ["memory", "local", "workers"])
def test_a_step_may_use_asyncio_while_its_program_awaits(stage, where: str) -> None:
    if where == "workers":
        stage.start_worker()
    server = f.Server("memory://") if where == "memory" else stage.server

    async def program() -> None:
        with f.Fun(server, f.options(distributed=where == "workers")):
            steps = [f.reduce(each, 1) for each in (uses_asyncio, uses_a_loop_of_its_own)]
            failed = f.reduce(fails_in_a_loop, 1)
            slow = f.reduce(never_ends, 600, opt=f.options(timeout=1))
            ticking = asyncio.create_task(asyncio.sleep(0))
            await f.execute(*steps, failed, slow)
            await ticking
            await asyncio.wait_for(asyncio.sleep(0), 60)
            assert asyncio.current_task() is not None
            assert [f.take(step) for step in steps] == [2, 3]
            assert f.take(failed, strict=False).failure().exception == "ValueError"
            assert f.take(slow, strict=False).failure().kind == "JobTimedOut"

    asyncio.run(program())


def test_several_awaits_go_on_side_by_side(stage) -> None:
    """They end in the order in which results come, whatever the order of the awaits."""
    stage.start_worker()
    stage.start_worker()
    ended: list[str] = []
    second_ended = asyncio.Event()

    async def wait_for(name: str) -> str:
        step = f.reduce(held, stage.channel.url, name)
        await f.execute(step)
        ended.append(name)
        second_ended.set()
        return f.take(step)

    async def direct() -> None:
        for _ in range(2):
            await asyncio.to_thread(stage.channel.hear, "running")
        stage.channel.say("second", "two")
        await second_ended.wait()
        stage.channel.say("first", "one")

    async def program() -> list[str]:
        with f.Fun(stage.server):
            answers = await asyncio.gather(wait_for("first"), wait_for("second"), direct())
        return [each for each in answers if each]

    assert asyncio.run(program()) == ["one", "two"]
    assert ended == ["second", "first"]


def test_a_cancelled_await_ends_at_once_and_the_execution_goes_on(stage) -> None:
    stage.start_worker()

    async def program() -> str:
        with f.Fun(stage.server):
            step = f.reduce(held, stage.channel.url, "later")
            handle = f.execute(step)
            await asyncio.to_thread(stage.channel.hear, "running")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await handle
            assert not threads()
            assert not handle.is_finished
            stage.channel.say("later", "done")
            await handle
            return f.take(step)

    assert asyncio.run(program()) == "done"


def test_one_handle_may_be_awaited_by_several(stage) -> None:
    stage.start_worker()

    async def program() -> set[f.Handle]:
        with f.Fun(stage.server):
            handle = f.execute([f.reduce(square, number) for number in range(20)])

            async def wait() -> f.Handle:
                return await handle

            return set(await asyncio.gather(*(wait() for _ in range(5))))

    assert len(asyncio.run(program())) == 1


def test_what_is_lost_while_it_is_awaited_raises(stage) -> None:
    async def program() -> None:
        with f.Fun(stage.server):
            handle = f.execute(f.reduce(square, 3))  # there is no worker
            other = open_backend(stage.url)
            other.graph.clear()
            other.close()
            await handle

    with pytest.raises(StateLostError):
        asyncio.run(program())


def test_steps_of_this_process_may_run_in_a_thread_of_the_loop() -> None:
    async def program() -> list[int]:
        with f.Fun(f.Server("memory://")):
            steps = [f.reduce(square, number) for number in range(4)]
            handle = await asyncio.to_thread(f.execute, steps)
            await handle
            return [f.take(step) for step in steps]

    assert asyncio.run(program()) == [0, 1, 4, 9]
