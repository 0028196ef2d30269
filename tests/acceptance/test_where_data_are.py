"""Large values arrive, wherever worker and reader are: the server says where they are kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from funsies.config import Directory
from funsies.local.daemons import wait_until
from tests.ports import free_port

from .conftest import Shell

LARGE = """\
import sys
import funsies as f

@f.task
def make(size: int) -> bytes:
    return b"x" * size

@f.task
def measure(data: bytes) -> int:
    return len(data)

with f.Fun():
    values = [make(100_000), make(5_000_000)]
    back = [measure(f.put(b"y" * 100_001)), measure(f.put(b"z" * 5_000_001))]
    f.execute(*values, *back)
    f.wait_for(*values, *back, timeout=60)
    print(*(len(f.take(each)) for each in values), *(f.take(each) for each in back))
"""

OUTSIDE = "127.0.0.2"
"""Counts as an address that other machines can reach."""

SIZES = b"100000 5000000 100001 5000001\n"


@pytest.fixture
def elsewhere(shell: Shell) -> Iterator[Callable[[], Shell]]:
    """A user on a machine that shares nothing with the first but the network."""
    places: list[Path] = []

    def elsewhere() -> Shell:
        places.append(Path(tempfile.mkdtemp(prefix="fe")).resolve())
        return Shell(places[-1], shell.commands, shell.scripts)

    yield elsewhere
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


def start(shell: Shell, *options: str) -> str:
    """Start a server with a port and a password; return its address as others know it."""
    done = shell.start_funsies("--port", str(free_port()), *options)
    assert done.code == 0, done.err
    record = Directory(shell.place / ".funsies").record()
    assert record is not None
    assert record.network_url is not None
    return record.network_url


@contextmanager
def worker(user: Shell, url: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in the user's directory, which is told where the server is, and the key."""
    process = user.launch("--jobs", url, *more, "worker")
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def workers_of(user: Shell) -> list[object]:
    """Those that the user's server knows."""
    workers: list[object] = json.loads(user.funsies("status", "--json").text)["workers"]
    return workers


def share_key(owner: Shell, user: Shell) -> None:
    user.variables["FUNSIES_KEY"] = (owner.place / ".funsies" / "key").read_text().strip()


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--no-disk",), ("--bind", OUTSIDE, "--insecure")])
def test_a_worker_elsewhere_and_the_program_exchange_values_of_any_size(
    shell, elsewhere, options
):
    url = start(shell, *options)
    other = elsewhere()
    share_key(shell, other)
    with worker(other, url):
        assert wait_until(
            lambda: bool(workers_of(shell)), 60
        )  # else it is told that nobody serves
        done = shell.python(shell.script("large.py", LARGE))
    assert (done.text.encode(), done.err) == (SIZES, "")
    assert not (shell.place / ".funsies" / "data").exists()


def test_a_client_elsewhere_reads_what_workers_here_made(shell, elsewhere):
    url = start(shell, "--workers", "1")
    other = elsewhere()
    share_key(shell, other)
    other.variables["FUNSIES_JOBS"] = url
    done = other.python(other.script("large.py", LARGE))
    assert done.text.encode() == SIZES, "it is the same machine, so the directory is reached"
    assert list((shell.place / ".funsies" / "data").glob("??/??/*"))


@contextmanager
def hidden(directory: Path) -> Iterator[None]:
    """As on another machine: neither the directory nor what says what it is can be seen."""
    aside = directory.with_name("aside")
    directory.rename(aside)
    number = directory.with_name("data.id").rename(directory.with_name("aside.id"))
    try:
        yield
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        aside.rename(directory)
        number.rename(directory.with_name("data.id"))


def test_a_worker_that_cannot_reach_the_directory_says_so_and_does_not_start(shell, elsewhere):
    url = start(shell)
    other = elsewhere()
    data = shell.place / ".funsies" / "data"
    data.mkdir()
    with hidden(data):
        done = other.funsies("--jobs", url, "worker")
        pool = other.funsies("--jobs", url, "worker", "--workers", "2")
        assert not data.exists(), "nothing is written in the wrong place"
    assert (done.code, pool.code) == (3, 3)
    for message in (done.err, pool.err):
        assert f"directory {data} of {socket.gethostname()}, which is not here" in message
        assert "--data file:///its/path/here" in message
        assert "start-funsies --no-disk" in message


@pytest.mark.slow
def test_small_things_can_be_looked_at_without_the_directory_and_large_ones_say_why_not(
    shell, elsewhere
):
    url = start(shell, "--workers", "1")
    name = shell.script("large.py", LARGE + "    print(values[0].hash, back[0].hash)\n")
    large, small = shell.python(name).text.split()[-2:]
    other = elsewhere()
    data = shell.place / ".funsies" / "data"
    shell.funsies("shutdown")
    with hidden(data):
        assert other.funsies("--jobs", url, "cat", small).text == "100001"
        done = other.funsies("--jobs", url, "cat", large)
    assert (done.code, done.out) == (3, b"")
    assert "which is not here" in done.err


def test_the_same_directory_under_another_path_is_told_with_data(shell, elsewhere):
    """As where a shared directory is mounted elsewhere."""
    url = start(shell)
    other = elsewhere()
    share_key(shell, other)
    data = shell.place / ".funsies" / "data"
    data.mkdir()
    (other.place / "mounted").symlink_to(data.parent)
    said = f"file://{other.place}/mounted/data"
    with worker(other, url, "--data", said):
        assert shell.python(shell.script("large.py", LARGE)).text.encode() == SIZES


@pytest.mark.slow
def test_another_directory_is_refused_with_both(shell, elsewhere):
    url = start(shell)
    other = elsewhere()
    for command in (["worker"], ["status"]):
        done = other.funsies("--jobs", url, "--data", f"file://{other.place}/own", *command)
        assert done.code == 3
        assert f"file://{shell.place}/.funsies/data" in done.err
        assert f"file://{other.place}/own" in done.err
        assert "leave that out" in done.err
    assert not (other.place / "own").exists()


def test_who_says_first_where_values_are_decides_for_all(shell, redis_url):
    """A server that somebody else has started: nobody has told it anything so far."""
    said = f"file://{shell.place}/first"
    shell.variables["FUNSIES_JOBS"] = redis_url
    assert shell.funsies("status").code == 0
    assert shell.funsies("--data", said, "status").code == 0
    assert said in shell.funsies("status").text
    assert shell.funsies("--data", f"file://{shell.place}/second", "status").code == 3
    assert shell.funsies("--data", redis_url, "status").code == 3


def test_files_for_all_machines_have_to_be_asked_for_and_come_with_instructions(shell):
    port = str(free_port())
    options = ("--port", port, "--bind", OUTSIDE, "--insecure")
    done = shell.start_funsies(*options, "--disk")
    assert f"data      file://{shell.place}/.funsies/data" in done.err
    assert "funsies --data file:///its/path/there worker" in done.err


@pytest.mark.slow
def test_results_that_are_there_stay_when_the_server_is_opened_to_the_network(shell):
    assert shell.funsies("run", shell.script("large.py", LARGE)).text.encode() == SIZES
    shell.funsies("shutdown", "--all")
    done = shell.start_funsies("--port", str(free_port()), "--bind", OUTSIDE, "--insecure")
    assert f"data      file://{shell.place}/.funsies/data" in done.err
    assert "as before: results that are there need it" in done.err
    assert "funsies --data file:///its/path/there worker" in done.err
    assert shell.python("large.py").text.encode() == SIZES, "all is there"


@pytest.mark.slow
def test_funsies_run_keeps_values_where_it_is_told(shell):
    said = f"file://{shell.place}/mine"
    name = shell.script("large.py", LARGE)
    assert shell.funsies("--data", said, "run", name).text.encode() == SIZES
    assert list((shell.place / "mine").glob("??/??/*"))
    assert not (shell.place / ".funsies" / "data").exists()
    assert shell.funsies("run", name).text.encode() == SIZES, "it need not be told again"


@pytest.mark.slow
def test_a_project_may_be_moved(shell):
    name = shell.script("large.py", LARGE)
    assert shell.funsies("run", name).text.encode() == SIZES
    shell.funsies("shutdown", "--all")
    moved = shell.elsewhere(shell.place / "moved")
    (shell.place / ".funsies").rename(moved.place / ".funsies")
    shutil.copy(shell.place / name, moved.place)
    done = moved.funsies("run", name)
    assert done.text.encode() == SIZES
    assert "nothing to do" in done.err
    moved.funsies("shutdown", "--all")


@pytest.mark.slow
def test_the_directory_of_values_may_be_removed_at_any_time(shell):
    """While server and workers live: what is gone is computed again."""
    assert shell.start_funsies("--workers", "1").code == 0
    name = shell.script("large.py", LARGE)
    assert shell.python(name).text.encode() == SIZES
    shutil.rmtree(shell.place / ".funsies" / "data")
    assert shell.python(name).text.encode() == SIZES
    shutil.rmtree(shell.place / ".funsies" / "data")
    shell.script("large.py", LARGE.replace("5_000_000", "6_000_000"))
    assert shell.python(name).text.split()[1] == "6000000"


@pytest.mark.slow
def test_two_addresses_of_one_server_are_one_store(shell):
    url = start(shell, "--no-disk", "--workers", "1")
    shell.variables["FUNSIES_DATA"] = url
    assert shell.python(shell.script("large.py", LARGE)).text.encode() == SIZES


MANAGED = LARGE.replace("f.Fun()", "f.ManagedFun(nworkers=1, data_url=DATA)")


@pytest.mark.slow
@pytest.mark.parametrize("is_said", [False, True])
def test_a_managed_server_keeps_values_where_it_is_told(shell, is_said):
    """Not where the environment says: that is of another server."""
    shell.variables["FUNSIES_DATA"] = f"file://{shell.place}/other"
    said = f'"file://{shell.place}/mine"' if is_said else "None"
    done = shell.python(shell.script("managed.py", f"DATA = {said}\n{MANAGED}"))
    assert done.text.encode() == SIZES, done.err
    assert (shell.place / "mine").exists() == is_said
    assert not (shell.place / "other").exists()
