"""A full disk is no fault of a step: what failed for it is never remembered."""

from __future__ import annotations

import os
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
import redis

import funsies as f
from funsies import Server
from funsies.core.errors import ServerError
from funsies.engine.worker import run_worker


@pytest.fixture
def small(tmp_path):
    """A directory with room for a megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def work_in(temporary, server, queues, timing):
    os.environ["TMPDIR"] = tempfile.tempdir = temporary
    run_worker(server, queues, timing=timing)


def prints(times: int) -> int:
    for _ in range(times):
        print("x" * 1000)  # noqa: T201 - what is tested
    return times


def has_a_program_print(times: int) -> int:
    subprocess.run(["head", "-c", str(1000 * times), "/dev/zero"], check=True)
    return times


def writes(times: int) -> int:
    with Path("scratch").open("w") as file:
        file.write("x" * 1000 * times)
    return times


def fails_while_the_disk_is_full(times: int) -> int:
    with suppress(OSError):
        prints(times)
    raise ValueError("a library that does not say why")


def opens_files(times: int) -> int:
    files = [Path("/dev/null").open() for _ in range(2**20)]  # noqa: SIM115
    return len(files) + times


LARGE = "head -c 5000000 /dev/zero"
STEPS = {
    "prints": lambda: f.reduce(prints, 5000),
    "has a program print": lambda: f.reduce(has_a_program_print, 5000),
    "writes": lambda: f.reduce(writes, 5000, opt=f.options(fresh_directory=True)),
    "does not say why": lambda: f.reduce(fails_while_the_disk_is_full, 5000),
    "no descriptors": lambda: f.reduce(opens_files, 1),
    "a command prints": lambda: f.shell(LARGE).stdout,
    "a command writes": lambda: f.shell(f"{LARGE} > x", out=["x"]).out["x"],
    "a command hides it": lambda: f.shell(f"{LARGE} > x 2> /dev/null", out=["x"]).out["x"],
    "inputs": lambda: f.shell("cat in", inp={"in": bytes(5_000_000)}).stdout,
}


@pytest.mark.slow
def test_what_fails_for_want_of_room_runs_again(stage, small, ended):
    worker = stage.start_worker(target=work_in, arguments=(str(small),))
    with f.Fun(stage.server):
        for name, make in STEPS.items():
            step = make()
            f.execute(step)
            f.wait_for(step, timeout=60)
            error = f.take(step, strict=False).failure()
            assert not error.is_remembered, (name, error)
            assert error.is_infrastructure, (name, error)
        step = f.reduce(int, "1")
        f.execute(step)
        f.wait_for(step, timeout=60)
        assert f.take(step) == 1, "the worker goes on"
    worker.terminate()
    assert ended(worker)
    assert [each.name for each in small.iterdir()] == []


def test_a_step_that_fails_where_there_is_room_is_remembered(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(int, "one")
        f.execute(step)
        f.wait_for(step, timeout=60)
        assert f.take(step, strict=False).failure().is_remembered


def test_a_server_that_cannot_write_to_its_disk_says_what_to_do(make_redis_server, tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    server = make_redis_server("--save", "3600 1", "--appendonly", "no", "--dir", str(place))
    place.rmdir()
    with redis.Redis.from_url(server.url) as connection:
        connection.set("something", "to save")
        with suppress(redis.exceptions.ResponseError):
            connection.bgsave()
        while connection.info("persistence")["rdb_last_bgsave_status"] == "ok":
            with suppress(redis.exceptions.ResponseError):  # it refuses a ping from then on
                connection.ping()
    with (
        pytest.raises(ServerError, match=r"cannot write to its disk.*make room.*MISCONF"),
        f.Fun(Server(server.url)),
    ):
        f.execute(f.reduce(int, "1"))
