"""F12: a step leaves children or threads behind. No other step meets them."""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import subprocess
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.store.submission import queue_name

PREFIX = "{funsies}:rq"


# What steps leave; each takes and gives on the numbers of the processes that ran them.


@functools.cache
def process_pool() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))


@functools.cache
def forkserver_pool() -> Executor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver"))


@functools.cache
def thread_pool() -> Executor:
    return ThreadPoolExecutor(2)


def keeps_a_pool(before: list[int]) -> list[int]:
    assert list(process_pool().map(abs, range(-4, 0))) == [4, 3, 2, 1]
    return [*before, os.getpid()]


def keeps_a_forkserver(before: list[int]) -> list[int]:
    assert list(forkserver_pool().map(abs, range(-4, 0))) == [4, 3, 2, 1]
    return [*before, os.getpid()]


def keeps_threads(before: list[int]) -> list[int]:
    assert list(thread_pool().map(abs, range(-4, 0))) == [4, 3, 2, 1]
    return [*before, os.getpid()]


def leaves_an_orphan(before: list[int]) -> list[int]:
    os.system("sleep 600 &")
    return [*before, os.getpid()]


def leaves_an_ended_command(before: list[int]) -> list[int]:
    """Nobody has waited for it: it is a zombie."""
    os.waitid(os.P_PID, os.posix_spawn("/bin/true", ["true"], {}), os.WEXITED | os.WNOWAIT)
    return [*before, os.getpid()]


def leaves_a_command(before: list[int]) -> list[int]:
    subprocess.Popen(["sleep", "600"])
    return [*before, os.getpid()]


def leaves_a_daemon_thread(before: list[int]) -> list[int]:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return [*before, os.getpid()]


def fails_and_leaves_a_command(_: list[int]) -> list[int]:
    subprocess.Popen(["sleep", "600"])
    raise ValueError("on purpose")


def tidies_up(before: list[int]) -> list[int]:
    forks = multiprocessing.get_context("fork")
    with ThreadPoolExecutor(2) as threads, forks.Pool(2) as processes:
        list(threads.map(abs, [1]))
        processes.map(abs, [1])
    subprocess.run(["true"], check=True)
    return [*before, os.getpid()]


def waits_for_all_children(before: list[int], _: bytes = b"") -> list[int]:
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return [*before, os.getpid()]


def process_after(_: f.Result[list[int], f.Error]) -> int:
    return os.getpid()


def dies_once(before: list[int], channel: str) -> list[int]:
    if redis.Redis.from_url(channel).rpush("runs", "") == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return before


def tells(before: list[int], channel: str) -> list[int]:
    """Leave a thread behind, and wait for a word."""
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("running", "")
    connection.blpop("go", 600)
    return leaves_a_daemon_thread(before)


def chain(function, length, start=None):
    step = f.put([]) if start is None else start
    for _ in range(length):
        step = f.reduce(function, step)
    return step


def run(stage, step):
    with f.Fun(stage.server):
        f.execute(step)
        f.wait_for(step, timeout=60)
        return f.take(step)


LEAVERS = [
    keeps_a_pool,
    keeps_a_forkserver,
    keeps_threads,
    leaves_an_orphan,
    leaves_an_ended_command,
    leaves_a_command,
    leaves_a_daemon_thread,
]


@pytest.mark.slow
@pytest.mark.parametrize("leaver", LEAVERS)
def test_each_step_after_one_that_left_something_has_a_fresh_process(stage, leaver):
    stage.start_worker()
    with f.Fun(stage.server):
        processes = run(stage, chain(leaver, 4))
    assert len(set(processes)) == 4


def test_steps_that_tidy_up_share_a_process(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        processes = run(stage, chain(tidies_up, 4))
    assert len(set(processes)) == 1


def test_python_steps_around_a_shell_step_share_a_process_and_meet_no_child(stage):
    """What watches over the commands is no child: a step may wait for all that it has."""
    stage.start_worker()
    with f.Fun(stage.server):
        before = chain(waits_for_all_children, 1)
        text = f.reduce(str, before)
        said = f.shell("cat in", inp={"in": text}).stdout
        after = f.reduce(waits_for_all_children, before, said)
        assert len(set(run(stage, after))) == 1
        assert len(f.take(after)) == 2


def test_a_step_that_failed_is_followed_by_a_fresh_process_as_well(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        before = chain(tidies_up, 1)
        failed = f.reduce(fails_and_leaves_a_command, before)
        after = f.reduce(process_after, failed, strict=False)
        assert run(stage, after) != run(stage, before)[0]
        assert f.take(failed, strict=False).failure().exception == "ValueError"


def test_all_processes_of_a_drain_job_are_of_one_rq_job_and_leave_no_record(stage, ended):
    worker = stage.start_worker()
    with f.Fun(stage.server):
        run(stage, chain(leaves_a_command, 3))
    worker.terminate()
    assert ended(worker)
    assert worker.exitcode == 0
    with stage.redis() as connection:
        queued = connection.lrange(f"{PREFIX}:queue:{queue_name('default')}", 0, -1)
        records = {key.rpartition(b":")[2] for key in connection.scan_iter(f"{PREFIX}:job:*")}
        assert records == set(queued)
        assert list(connection.scan_iter(f"{PREFIX}:execution*")) == []


def test_a_successor_that_dies_is_settled_like_any_other(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        unlucky = f.reduce(dies_once, chain(leaves_a_daemon_thread, 1), stage.channel.url)
        assert len(run(stage, unlucky)) == 1
    assert len(stage.channel.said("runs")) == 2


def test_a_worker_that_is_stopped_between_two_processes_leaves_at_once(stage, ended):
    """What it did is stored, and what it did not do is ready for another worker."""
    worker = stage.start_worker()
    with f.Fun(stage.server):
        step = chain(leaves_a_daemon_thread, 2, f.reduce(tells, f.put([]), stage.channel.url))
        f.execute(step)
        stage.channel.hear("running")
        worker.terminate()
        stage.channel.say("go")
        assert ended(worker, within_seconds=15)
        assert worker.exitcode == 0
        stage.start_worker()
        f.wait_for(step, timeout=30)
        assert len(set(f.take(step))) == 3


def test_a_poison_step_in_a_fresh_process_ends_in_an_error(stage):
    stage.start_worker()
    with f.Fun(stage.server, f.options(lost_retries=0)):
        doomed = f.reduce(dies_once, chain(leaves_a_daemon_thread, 1), stage.channel.url)
        f.execute(doomed)
        f.wait_for(doomed, timeout=30)
        error = f.take(doomed, strict=False).failure()
    assert (error.kind, error.signal) == (ErrorKind.WorkerLost, "SIGKILL")
