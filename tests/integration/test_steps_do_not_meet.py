"""On real workers: steps of one process, and steps at the same time, do not see each other."""

from __future__ import annotations

import asyncio
import decimal
import locale
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
import warnings
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.engine.worker import run_worker


def state() -> dict[str, str]:
    """What a step finds; with the process, which is to be the same."""
    return {
        "process": str(os.getpid()),
        "environment": str(sorted(os.environ.items())),
        "directory": str(Path.cwd()),
        "signals": str([signal.getsignal(number) for number in range(1, 32)]),
        "alarm": str(signal.getitimer(signal.ITIMER_REAL)),
        "limits": str([resource.getrlimit(number) for number in range(8)]),
        "mask": str((os.umask(0o22), os.umask(0o22))),
        "zone": str(time.tzname),
        "decimals": str(decimal.getcontext().prec),
        "interpreter": str(
            (sys.getrecursionlimit(), sys.path, sys.argv, sys.getswitchinterval())
        ),
        "warnings": str(warnings.filters),
        "locale": locale.setlocale(locale.LC_ALL),
        "network": str(socket.getdefaulttimeout()),
    }


def spoil(_: dict[str, str]) -> int:
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()
    os.chdir("/")
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 1000)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (50, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    os.umask(0)
    decimal.getcontext().prec = 3
    sys.setrecursionlimit(777)
    sys.setswitchinterval(0.5)
    sys.path.clear()
    sys.argv = []
    warnings.simplefilter("error")
    locale.setlocale(locale.LC_ALL, "C.UTF-8")
    socket.setdefaulttimeout(1.0)
    asyncio.set_event_loop(None)
    random.seed(1)
    return 1


def state_after(_: int) -> dict[str, str]:
    return state()


def test_one_process_runs_many_steps_and_none_sees_what_another_has_changed(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        before = f.reduce(state)
        after = f.reduce(state_after, f.reduce(spoil, before))
        f.execute(after)
        f.wait_for(after, timeout=30)
        assert f.take(after) == f.take(before)


def draws(number: int) -> float:
    value = random.random()  # noqa: S311
    random.seed(1)
    return value


def test_no_seed_of_a_step_makes_others_deterministic(stage):
    for _ in range(2):
        stage.start_worker()
    with f.Fun(stage.server):
        steps = [f.reduce(draws, number) for number in range(20)]
        f.execute(*steps)
        f.wait_for(*steps, timeout=30)
        assert len({f.take(step) for step in steps}) == 20


def give_up_for_good(kind: str) -> str:
    """Take something away from this process that it cannot give itself back."""
    if kind == "hard limit":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        hard = (1 << 20 if hard == resource.RLIM_INFINITY else hard) - 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, hard), hard))
    if kind == "priority":
        os.nice(5)
    if os.geteuid() == 0:  # an administrator can give everything back, as long as he is one
        os.setresuid(65534, 65534, 65534)
    return kind


def limits_after(_: str) -> str:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f"{limits} {os.getpriority(os.PRIO_PROCESS, 0)} {os.getresuid()}"


@pytest.mark.parametrize("kind", ["hard limit", "priority"])
def test_what_cannot_be_given_back_is_there_again_in_a_fresh_process(stage, kind):
    stage.start_worker()
    with f.Fun(stage.server):
        before, after = (
            f.reduce(limits_after, "nothing"),
            f.reduce(limits_after, f.reduce(give_up_for_good, kind)),
        )
        f.execute(before, after)
        f.wait_for(before, after, timeout=30)
        assert f.take(after) == f.take(before)


def ignores_signals(_: int) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    return 1


def hold(_: int, channel: str) -> str:
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("running", "")
    try:
        return connection.blpop("go", 600)[1]
    except BaseException:
        connection.rpush("cleaned up", "")
        raise


def test_a_worker_can_be_stopped_after_a_step_that_ignores_signals(stage, ended):
    worker = stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(hold, f.reduce(ignores_signals, 1), stage.channel.url)
        f.execute(step)
    stage.channel.hear("running")
    worker.terminate()
    assert ended(worker, within_seconds=10)
    assert stage.channel.said("cleaned up")


# directories


def writes(number: int, channel: str) -> tuple[str, str]:
    """Write a file, and read it when all have written theirs."""
    Path("scratch.dat").write_text(str(number))
    connection = redis.Redis.from_url(channel, decode_responses=True)
    connection.rpush("written", "")
    connection.blpop("go", 600)
    return Path("scratch.dat").read_text(), str(Path.cwd())


def test_four_steps_that_write_one_name_at_the_same_time_do_not_meet(stage):
    for _ in range(4):
        stage.start_worker()
    with f.Fun(stage.server, f.options(fresh_directory=True)):
        steps = [f.reduce(writes, number, stage.channel.url) for number in range(4)]
        f.execute(*steps)
        for _ in range(4):
            stage.channel.hear("written")
        stage.channel.say("go", times=4)
        f.wait_for(*steps, timeout=30)
        found = [f.take(step) for step in steps]
    assert [text for text, _ in found] == ["0", "1", "2", "3"]
    assert len({directory for _, directory in found}) == 4
    assert not any(Path(directory).exists() for _, directory in found)


def process_in_fresh_directory(_: int) -> int:
    return os.getpid()


def test_a_fresh_directory_needs_no_fresh_process(stage):
    stage.start_worker()
    with f.Fun(stage.server, f.options(fresh_directory=True)):
        steps = [f.reduce(process_in_fresh_directory, number) for number in range(4)]
        f.execute(*steps)
        f.wait_for(*steps, timeout=30)
        assert len({f.take(step) for step in steps}) == 1


def is_killed(channel: str, how: str) -> int:
    Path("scratch.dat").touch()
    redis.Redis.from_url(channel).rpush("directory", str(Path.cwd()))
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "exit":
        os._exit(0)
    if how == "crash":
        os.abort()
    while True:  # though it is cancelled
        try:
            threading.Event().wait(600)
        except BaseException:  # noqa: BLE001, S112 - that is the point
            continue


@pytest.mark.parametrize("how", ["kill", "exit", "crash", "hang"])
def test_a_fresh_directory_is_removed_when_its_process_is_killed(stage, how):
    stage.start_worker()
    with f.Fun(stage.server):
        options = f.options(fresh_directory=True, lost_retries=0)
        step = f.reduce(is_killed, stage.channel.url, how, opt=options)
        handle = f.execute(step)
        directory = Path(stage.channel.hear("directory"))
        if how == "hang":
            handle.cancel()
        handle.wait(30)
        kind = f.take(step, strict=False).failure().kind
    assert kind is (ErrorKind.Cancelled if how == "hang" else ErrorKind.WorkerLost)
    while directory.exists():  # the watcher outlives the process for a moment
        threading.Event().wait(0.01)


def worker_elsewhere(server, queues, directory, **options):
    os.chdir(directory)
    raise SystemExit(run_worker(server, queues, **options))


def plots(_: int) -> str:
    Path("plot.png").touch()
    return str(Path.cwd())


def test_by_default_a_step_runs_where_its_worker_was_started(stage, tmp_path):
    stage.start_worker(target=worker_elsewhere, directory=tmp_path)
    with f.Fun(stage.server):
        step = f.reduce(plots, 1)
        f.execute(step)
        f.wait_for(step, timeout=30)
        assert f.take(step) == str(tmp_path)
    assert (tmp_path / "plot.png").exists()
