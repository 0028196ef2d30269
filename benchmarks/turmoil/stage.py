"""The server, the workers and the clients of a run, each a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import redis

from funsies.config.directory import NAME, Directory
from funsies.local.embedded import restart_server, start_server, stop_server

from .processes import descriptors, send
from .proxy import Proxy
from .steps import HOME

PATIENCE: Final = {
    "FUNSIES_LEASE_SECONDS": "4",
    "FUNSIES_SWEEP_SECONDS": "0.5",
    "FUNSIES_AUDIT_SECONDS": "2",
    "FUNSIES_TICK_SECONDS": "0.3",
    "FUNSIES_WORKER_SECONDS": "6",
    "FUNSIES_STOP_GRACE_SECONDS": "1",
    "FUNSIES_PREEMPT_SECONDS": "1",
    "FUNSIES_SLICE_SECONDS": "10",
    "FUNSIES_BACKOFF_SECONDS": "0.5",
}
"""Workers notice losses soon, so that many faults fit into a run."""

LEASE_SECONDS: Final = 4.0
SETTLED_SECONDS: Final = 5.0
FUNSIES: Final = str(Path(sys.executable).with_name("funsies"))
BENCHMARKS: Final = Path(__file__).parents[1]


@dataclass
class Started:
    """A process of a run.

    Attributes:
        name: of the process, and of the file with what it prints.
        process: itself.
        since: when it was started, by the monotonic clock.
        is_ours: True once it was this program that ended it.
        descriptors: how many it had when it had started; 0 before.
    """

    name: str
    process: subprocess.Popen[bytes]
    since: float = field(default_factory=time.monotonic)
    is_ours: bool = False
    descriptors: int = 0

    @property
    def pid(self) -> int:
        """Process id."""
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        """True while it runs, or is stopped."""
        return self.process.poll() is None

    def end(self, number: signal.Signals) -> None:
        """Send a signal after which it may end."""
        self.is_ours = True
        send(self.pid, number)


class Stage:
    """A directory with a server, workers and clients.

    Args:
        seed: of all chance.
        nodes: size of a large graph.
        bound_seconds: what takes longer hangs.
    """

    def __init__(self, seed: int, nodes: int, bound_seconds: float) -> None:
        self.seed, self.nodes, self.bound_seconds = seed, nodes, bound_seconds
        self.random = Random(seed)  # noqa: S311 - nothing here is a secret
        self.home = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
        for name in ("tmp", "failures", "logs", "cache"):
            (self.home / name).mkdir()
        self.directory = Directory(self.home / NAME)
        started = start_server(self.directory)
        self.server = started.server(self.directory)
        self.socket = started.record.socket
        self.proxy = Proxy(self.home / "proxy", Path(self.socket), self.random)
        self.workers: list[Started] = []
        self.clients: list[Started] = []
        self.ended: list[Started] = []
        self._count = 0

    @property
    def server_pid(self) -> int:
        """Process id of the server that was started last."""
        record = self.directory.record()
        if record is None:
            raise RuntimeError("the record of the server is gone")
        return record.pid

    def restart_server(self) -> None:
        """Start the server again as it was."""
        restart_server(self.directory)

    def connect(self) -> redis.Redis:
        """A connection of this program's own, past the proxy."""
        return redis.Redis.from_url(self.server.jobs_url)

    def start_worker(self, *arguments: str) -> Started:
        """Start a worker; about every second one has the proxy between it and the server."""
        worker = self._start("worker", [FUNSIES, "worker", *arguments])
        self.workers.append(worker)
        return worker

    def start_client(self, *arguments: str) -> Started:
        """Start a client, likewise; it is named as its file is."""
        asked = ["--seed", str(self.seed), "--nodes", str(self.nodes)]
        bound = ["--bound", str(self.bound_seconds)]
        client = self._start("client", ["-m", "turmoil.client", *asked, *bound, *arguments])
        self.clients.append(client)
        return client

    def bury(self) -> list[Started]:
        """Those that have ended since the last time; they are no longer among the others."""
        dead = [each for each in (*self.workers, *self.clients) if not each.is_alive]
        self.workers = [each for each in self.workers if each not in dead]
        self.clients = [each for each in self.clients if each not in dead]
        self.ended += dead
        return dead

    def note_descriptors(self) -> None:
        """Note how many files each worker has open once it has started."""
        for each in self.workers:
            if not each.descriptors and time.monotonic() - each.since > SETTLED_SECONDS:
                each.descriptors = descriptors(each.pid)

    def close(self) -> None:
        """End what is left."""
        for each in (*self.workers, *self.clients):
            send(each.pid, signal.SIGCONT)
            each.process.kill()
            each.process.wait()
        self.proxy.close()
        stop_server(self.directory)

    def _start(self, kind: str, command: list[str]) -> Started:
        self._count += 1
        name = f"{kind}{self._count}"
        named = ["--name", name] if kind == "client" else []
        with (self.home / "logs" / name).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command, *named],
                env=self._environment(self.random.random() < 0.5),  # noqa: PLR2004
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return Started(name, process)

    def _environment(self, through_proxy: bool) -> dict[str, str]:
        variables = {**os.environ, **self.server.environment(), **PATIENCE}
        if through_proxy:
            url = variables["FUNSIES_JOBS"]
            variables["FUNSIES_JOBS"] = url.replace(str(self.socket), str(self.home / "proxy"))
        return variables | {
            HOME: str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHONPATH": str(BENCHMARKS),
            "PYTHONUNBUFFERED": "1",
        }
