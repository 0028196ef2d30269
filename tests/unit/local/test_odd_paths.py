"""A server and its workers can be used from a directory with any name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import funsies as f
from funsies.config import Directory, Server
from funsies.config.urls import unix_url
from funsies.local.embedded import start_server, stop_server
from funsies.local.pool import start_pool, stop_pools
from funsies.local.server_settings import choose_socket, remove_socket

NAMES = [b"my tab\there = two\nlines", b"[x]*?\xff\xfe", b"y" * 150]


@pytest.fixture(params=NAMES, ids=repr)
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Directory:
    place = tmp_path / os.fsdecode(request.param)
    place.mkdir()
    return Directory(place / ".funsies")


@pytest.fixture
def socket_directory(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A directory whose path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="fo") as place:
        made = Path(place) / request.param
        made.mkdir()
        yield made


@pytest.mark.parametrize("socket_directory", ["a b", "a\tb", "a=b", "a\nb"], indirect=True)
def test_a_socket_has_a_plain_path(socket_directory: Path) -> None:
    """The server lists its clients by it, divided by spaces, and others read that list."""
    chosen = choose_socket(socket_directory)
    assert Path(chosen).parent != socket_directory
    remove_socket(chosen)
    assert not Path(chosen).parent.exists()


def test_steps_run_wherever_the_project_is(directory: Directory) -> None:
    started = start_server(directory)
    pool = start_pool(directory, started.server(directory), 1)
    try:
        with f.Fun(started.server(directory)):
            step = f.shell("cat big | wc -c", inp={"big": "x" * 70_000})
            f.execute(step).wait(30)
            assert f.take(step.stdout).split() == [b"70000"]
    finally:
        stop_pools([pool], at_once=True)
        stop_server(directory)


@pytest.mark.parametrize("socket_directory", ["a b=c\td"], indirect=True)
def test_workers_serve_a_server_of_somebody_else_with_an_odd_socket(
    socket_directory: Path, make_redis_server, tmp_path: Path
) -> None:
    """RQ asks its server for the client's own address, and cannot read the answer."""
    socket = socket_directory / "s"
    make_redis_server("--unixsocket", str(socket))
    pool_directory = Directory(tmp_path / ".funsies")
    pool_directory.create()
    with f.Fun(Server(unix_url(str(socket), None))) as session:
        pool = start_pool(pool_directory, session.server, 1)
        step = f.reduce(sum, [3, 2])
        try:
            f.execute(step).wait(30)
            assert f.take(step) == 5
        finally:
            stop_pools([pool], at_once=True)
