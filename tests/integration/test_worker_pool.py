"""A pool keeps its workers running, and ends with all of them."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import sys

import pytest
import redis

import funsies as f
from funsies.core.errors import NoServerError, ServerError
from funsies.engine.arming import count_workers
from funsies.engine.pool import EXIT_GAVE_UP, SHORT_LIVES, WorkerPool, run_pool
from funsies.store.submission import queue_name
from tests.conftest import QUICK


def pool(count, server, queues, **options):
    """Run a pool in a process of its own."""
    raise SystemExit(run_pool(count, server, queues, **options))


def who(channel: str, number: int) -> int:
    """Say which process is this step's worker."""
    connection = redis.Redis.from_url(channel)
    connection.rpush("workers", str(os.getppid()))
    connection.blpop("go", 600)
    return number


@pytest.fixture
def busy(stage):
    """A pool of two workers, both of which run a step."""
    stage.timing = QUICK
    process = stage.start_worker(target=pool, arguments=(2,))
    with f.Fun(stage.server):
        steps = [f.reduce(who, stage.channel.url, number) for number in range(2)]
        f.execute(*steps)
    workers = {int(stage.channel.hear("workers")) for _ in range(2)}
    assert len(workers) == 2
    return process, workers, steps


def test_a_worker_that_dies_is_replaced_and_its_step_goes_on(stage, busy):
    process, workers, steps = busy
    os.kill(min(workers), signal.SIGKILL)
    newcomer = int(stage.channel.hear("workers"))
    assert newcomer not in workers
    stage.channel.say("go", times=3)
    with f.Fun(stage.server):
        f.wait_for(*steps, timeout=30)
        assert [f.take(step) for step in steps] == [0, 1]
    assert process.is_alive()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_pool_that_is_asked_to_leave_ends_with_its_workers(stage, busy, ended, number):
    process, _, _ = busy
    os.kill(process.pid, number)
    assert ended(process, within_seconds=15)
    assert process.exitcode == 0
    assert count_workers(stage.resolved, queue_name("default")) == 0


def test_workers_do_not_outlive_their_pool(stage, busy, ended):
    process, workers, _ = busy
    descriptors = [os.pidfd_open(worker) for worker in workers]
    process.kill()
    for descriptor in descriptors:
        assert _has_ended(descriptor)


def _has_ended(descriptor):
    ready, _, _ = select.select([descriptor], [], [], 15)
    os.close(descriptor)
    return bool(ready)


def test_a_pool_in_burst_mode_leaves_when_all_is_done(stage, ended):
    stage.channel.say("go", times=4)
    with f.Fun(stage.server):
        steps = [f.reduce(who, stage.channel.url, number) for number in range(4)]
        f.execute(*steps)
        process = stage.start_worker(target=pool, arguments=(2,), burst=True)
        assert ended(process)
        assert [f.take(step) for step in steps] == [0, 1, 2, 3]
    assert process.exitcode == 0


def test_a_pool_without_a_server_says_so_at_once(stage, tmp_path):
    resolved = type(stage.resolved)(f"unix://{tmp_path}/nobody", f"unix://{tmp_path}/nobody")
    with pytest.raises(NoServerError):
        run_pool(2, resolved, ["default"])


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, 1)],
    ids=["asked", "Ctrl-C", "killed"],
)
def test_a_worker_that_is_asked_to_leave_while_it_starts_has_left_in_order(number, code):
    """It has no handler for the signal yet, so that ends it; and it holds nothing."""

    def start_for_ever(_says_serving):
        os.kill(os.getppid(), signal.SIGTERM)
        signal.pause()

    def run():
        pool = WorkerPool(1, start_for_ever)

        def ask(_number, _frame):
            [pid] = pool.pids
            if number != signal.SIGTERM:
                os.kill(pid, signal.SIGSTOP)  # so that it does not hear the pool
                os.kill(pid, number)
            pool.stop()
            os.kill(pid, signal.SIGCONT)

        signal.signal(signal.SIGTERM, ask)
        sys.exit(10 + pool.run())

    # In a process without threads, as pools are: another thread would take the signal that the
    # pool holds back until it knows the process.
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(timeout=15)
    assert process.exitcode == 10 + code


@pytest.mark.parametrize("code", [1, 3, 6, 127])
def test_a_pool_whose_workers_die_at_once_gives_up_whatever_their_exit_code(monkeypatch, code):
    monkeypatch.setattr("funsies.engine.pool._LONGEST_PAUSE_SECONDS", 0.01)
    told = []
    assert WorkerPool(2, lambda _: os._exit(code), told.append).run() == EXIT_GAVE_UP
    assert told == [f"it ended with exit code {code}"]


def test_a_pool_goes_on_while_its_workers_find_no_server(monkeypatch):
    monkeypatch.setattr("funsies.engine.pool._LONGEST_PAUSE_SECONDS", 0.01)
    reading, writing = os.pipe()
    outages = 2 * SHORT_LIVES
    os.write(writing, b"." * outages + b"!")

    def look_for_a_server(_says_serving):
        if os.read(reading, 1) == b".":
            raise NoServerError("no server answers")

    told = []
    assert WorkerPool(1, look_for_a_server, told.append).run() == 0
    assert not told
    os.close(reading)
    os.close(writing)


def test_a_pool_gives_up_however_long_its_workers_take_to_find_that_they_cannot_work(
    monkeypatch,
):
    """On a slow machine it may take them longer than a short life."""
    monkeypatch.setattr("funsies.engine.pool._LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("funsies.engine.pool._SHORT_LIFE_SECONDS", 0.0)
    reading, writing = os.pipe()
    workers = 2

    def refuse(_says_serving):
        os.write(writing, b".")
        raise ServerError("it is too old")

    told = []
    assert WorkerPool(workers, refuse, told.append).run() == EXIT_GAVE_UP
    assert told == ["it is too old"]
    assert len(os.read(reading, 1000)) >= workers * SHORT_LIVES
    os.close(reading)
    os.close(writing)


def test_a_pool_gives_up_if_its_workers_never_come_to_serve_however_long_that_takes(
    monkeypatch,
):
    """They die without a word, as by a library that is loaded, and may have taken minutes."""
    monkeypatch.setattr("funsies.engine.pool._LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("funsies.engine.pool._SHORT_LIFE_SECONDS", 0.0)
    reading, writing = os.pipe()
    os.write(writing, b"." * 2 * SHORT_LIVES)

    def die(_says_serving):
        os.set_blocking(reading, False)
        os._exit(3 if os.read(reading, 1) else 0)

    told = []
    assert WorkerPool(1, die, told.append).run() == EXIT_GAVE_UP
    assert told == ["it ended with exit code 3"]
    os.close(reading)
    os.close(writing)


def test_workers_that_have_served_are_replaced_again_and_again_ever_more_slowly(
    monkeypatch, caplog
):
    monkeypatch.setattr("funsies.engine.pool._SHORT_LIFE_SECONDS", 0.0)
    monkeypatch.setattr("funsies.engine.pool._LONGEST_PAUSE_SECONDS", 1.0)
    reading, writing = os.pipe()
    os.write(writing, b"1110")

    def serve_for_a_while(says_serving):
        says_serving()
        os._exit(int(os.read(reading, 1)))

    assert WorkerPool(1, serve_for_a_while).run() == 0
    assert caplog.messages[-1].endswith("another takes its place in 1 s")
    os.close(reading)
    os.close(writing)
