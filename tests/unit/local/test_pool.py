"""Workers and the guard: found by their locks, stopped with whoever needed them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import redis

import funsies
from funsies.config import ConfigurationError, Directory
from funsies.core.digest import Digest
from funsies.core.errors import NoWorkersError
from funsies.engine.worker_registry import list_workers
from funsies.local import guard, managed
from funsies.local.daemons import wait_until
from funsies.local.embedded import Started, live_record, start_server, stop_server
from funsies.local.pool import running_pools, start_pool, stop_pools

ROOT = Path(funsies.__file__).parents[1]


@pytest.fixture
def directory() -> Iterator[Directory]:
    place = Path(tempfile.mkdtemp(prefix="fl"))
    made = Directory(place / ".funsies")
    yield made
    stop_pools(list(running_pools(made)), at_once=True)
    stop_server(made)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def started(directory: Directory) -> Started:
    return start_server(directory)


def test_a_pool_is_found_while_it_lives(directory: Directory, started: Started) -> None:
    server = started.server(directory)
    pool = start_pool(directory, server, 2)
    assert [each.pid for each in running_pools(directory)] == [pool.pid]
    assert wait_until(lambda: len(list_workers(server)) == 2, 30)
    stop_pools([pool])
    assert not pool.is_alive
    assert list(running_pools(directory)) == []
    assert list_workers(server) == []


def test_a_pool_that_was_killed_leaves_no_trace(directory: Directory, started: Started) -> None:
    pool = start_pool(directory, started.server(directory), 1)
    os.killpg(pool.pid, signal.SIGKILL)
    assert wait_until(lambda: not list(running_pools(directory)), 10)
    assert list((directory.path / "pools").iterdir()) == []


def test_no_secret_is_in_the_arguments_of_workers(
    directory: Directory, started: Started
) -> None:
    pool = start_pool(directory, started.server(directory), 1)
    command = Path(f"/proc/{pool.pid}/cmdline")
    if command.exists():
        shown = command.read_bytes().decode()
        assert started.record.password is not None
        assert started.record.password not in shown
        assert directory.ensure_keys().keys[0].hex() not in shown


def test_a_managed_server_ends_with_its_block() -> None:
    with funsies.ManagedFun(nworkers=1) as session:
        total = funsies.reduce(sum, [3, 2])
        funsies.execute(total).wait(60)
        assert funsies.take(total) == 5
        place = session.server.directory
        assert place is not None
        assert place.exists()
    assert not place.parent.exists()
    assert live_record(Directory(place)) is None


@pytest.mark.parametrize("what", ["start_pool", "guarded"])
def test_a_managed_server_that_cannot_get_workers_leaves_nothing(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does one whose user does not wait for it to start."""
    servers: list[int] = []

    def started(*arguments: Any) -> Started:
        found = start_server(*arguments)
        servers.append(found.record.pid)
        return found

    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(managed, "start_server", started)
    if what == "guarded":
        monkeypatch.setattr(guard.subprocess, "Popen", interrupted)
    else:
        monkeypatch.setattr(managed, what, interrupted)
    with pytest.raises(KeyboardInterrupt), funsies.ManagedFun(nworkers=1):
        pytest.fail("it should not have started")
    assert list(tmp_path.iterdir()) == []
    for pid in servers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize("step", ["start_server", "start_pool"])
def test_a_managed_server_ends_with_a_program_that_is_killed_while_it_starts(
    step: str, tmp_path: Path
) -> None:
    """On a slow disk that takes a while."""
    code = (
        "import os, signal, sys, tempfile\n"
        "import funsies\n"
        "from funsies.local import managed\n"
        "tempfile.tempdir = sys.argv[1]\n"
        f"begin = managed.{step}\n"
        "def killed(*arguments, **options):\n"
        "    begin(*arguments, **options)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        f"managed.{step} = killed\n"
        "with funsies.ManagedFun(nworkers=1):\n"
        "    pass\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert wait_until(lambda: not list(tmp_path.iterdir()), 60)


def test_a_guard_that_cannot_be_started_ends_what_it_was_to_guard(
    directory: Directory, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = start_pool(directory, started.server(directory), 1)
    monkeypatch.setattr(guard, "funsies_command", lambda *_: ["/no/such/python"])
    with (
        pytest.raises(NoWorkersError, match="/no/such/python: No such file"),
        guard.guarded(directory, [pool], stops_server=True),
    ):
        pytest.fail("it should not have started")
    assert not pool.is_alive
    assert live_record(directory) is None


def test_settings_that_would_not_be_heeded_leave_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ConfigurationError), funsies.ManagedFun(redis_args=["--port", "1"]):
        pytest.fail("it should not have started")
    assert list(tmp_path.iterdir()) == []


def test_a_managed_server_keeps_results_in_a_directory_that_is_named(tmp_path: Path) -> None:
    digests: list[Digest] = []
    for _ in range(2):
        with funsies.ManagedFun(nworkers=1, directory=tmp_path):
            total = funsies.reduce(sum, [3, 2])
            handle = funsies.execute(total).wait(60)
            digests.append(handle.targets[0])
            started_any = bool(handle.operations)
    assert not started_any  # the second time it was there already
    assert digests[0] == digests[1]
    assert live_record(Directory(tmp_path / ".funsies")) is None


def test_a_managed_server_takes_settings_queues_and_options() -> None:
    with funsies.ManagedFun(
        nworkers=1,
        worker_args=["gpu"],
        redis_args=["--maxmemory", "64mb"],
        defaults=funsies.Options(queue="gpu"),
        pw="my password",
    ):
        total = funsies.reduce(sum, [1, 1])
        funsies.execute(total).wait(60)
        assert funsies.take(total) == 2


def test_the_settings_of_a_managed_server_are_in_force(tmp_path: Path) -> None:
    extra = tmp_path / "more settings.conf"
    extra.write_text("hash-max-listpack-entries 33\n")
    arguments = [
        "--maxmemory",
        "64mb",
        "--maxclients 99",
        "--save",
        "",
        "--include",
        str(extra),
    ]
    with funsies.ManagedFun(nworkers=0, redis_args=arguments) as session:
        client = redis.Redis.from_url(session.server.jobs_url)
        asked = ("maxmemory", "maxclients", "hash-max-listpack-entries")
        found = [client.config_get(name)[name] for name in asked]
        client.close()
    assert found == [str(64 * 1024**2), "99", "33"]


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["redis.conf"], "--include"),
        (["-c", "--maxmemory", "1gb"], "--include"),
        (["--port", "7000"], "leave it out"),
        (["--Bind 0.0.0.0"], "leave it out"),
        (["--maxmemory", "1gb", "--requirepass", "x"], "give pw="),
    ],
)
def test_a_setting_that_would_not_be_heeded_is_refused(
    arguments: list[str], remedy: str
) -> None:
    with (
        pytest.raises(ConfigurationError, match=remedy),
        funsies.ManagedFun(nworkers=0, redis_args=arguments),
    ):
        pass


@pytest.mark.parametrize("given", [{"pw": "other"}, {"redis_args": ["--maxmemory", "1gb"]}])
def test_a_server_that_runs_keeps_its_settings(tmp_path: Path, given: dict[str, Any]) -> None:
    with funsies.ManagedFun(nworkers=0, directory=tmp_path, pw="mine"):
        with (
            pytest.raises(ConfigurationError, match=r"keeps its settings: leave out \w+="),
            funsies.ManagedFun(nworkers=0, directory=tmp_path, **given),
        ):
            pass
        with funsies.ManagedFun(nworkers=0, directory=tmp_path, pw="mine"):
            pass


def test_a_managed_server_ends_when_its_program_is_killed(tmp_path: Path) -> None:
    program = (
        "import funsies, sys\n"
        "with funsies.ManagedFun(nworkers=1) as session:\n"
        "    print(session.server.directory, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        directory = Directory(Path(process.stdout.readline().strip()))
        assert live_record(directory) is not None
        process.kill()
    assert wait_until(lambda: not directory.path.parent.exists(), 30)
