"""The kinds of kills, one function each; what it did is its answer."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias

import redis

from funsies.local.daemons import has_ended, wait_until

from .processes import Process, all_processes, below, send
from .stage import LEASE_SECONDS, Stage, Started

Kill: TypeAlias = Callable[[Stage], str]

_SECOND_SIGTERM_SECONDS: Final = 0.8
_WATCH_SECONDS: Final = 3.0
_END_SECONDS: Final = 30.0


def kill_horse(stage: Stage) -> str:
    """SIGKILL of the process that runs steps."""
    return _signal_one(stage, _horses(stage), signal.SIGKILL)


def kill_watcher(stage: Stage) -> str:
    """SIGKILL of the shell that cleans up after a step; sometimes of the step, too."""
    found = [each for each in _all_below(stage) if each.is_watcher]
    told = _signal_one(stage, found, signal.SIGKILL)
    if found and stage.random.random() < 0.5:  # noqa: PLR2004
        told += " and " + kill_horse(stage)
    return told


def kill_worker(stage: Stage) -> str:
    """SIGKILL of a worker; sometimes of its horse, too, as when a machine is lost."""
    worker = _worker(stage)
    horses = below(worker.pid, all_processes()) if stage.random.random() < 0.5 else []  # noqa: PLR2004
    worker.end(signal.SIGKILL)
    for each in horses:
        send(each.pid, signal.SIGKILL)
    return f"{worker.name} with {len(horses)} below it"


def terminate_worker(stage: Stage) -> str:
    """SIGTERM, once or twice."""
    worker = _worker(stage)
    worker.end(signal.SIGTERM)
    if stage.random.random() < 0.5:  # noqa: PLR2004
        return f"{worker.name} once"
    _later(_SECOND_SIGTERM_SECONDS, lambda: worker.end(signal.SIGTERM))
    return f"{worker.name} twice"


def stop_worker(stage: Stage) -> str:
    """SIGSTOP past the lease, of a worker, of its horse, or of both; then SIGCONT."""
    worker = _worker(stage)
    horses = [each.pid for each in below(worker.pid, all_processes())]
    pids = stage.random.choice([[worker.pid], horses, [worker.pid, *horses]])
    for pid in pids:
        send(pid, signal.SIGSTOP)
    seconds = LEASE_SECONDS * stage.random.uniform(0.5, 2.0)

    def go_on() -> None:
        for pid in pids:
            send(pid, signal.SIGCONT)

    _later(seconds, go_on)
    return f"{worker.name}: {len(pids)} processes for {seconds:.1f} s"


def kill_server(stage: Stage) -> str:
    """SIGKILL of the server; it comes back from its append-only file."""
    return _end_server(stage, signal.SIGKILL)


def restart_server(stage: Stage) -> str:
    """SIGTERM of the server, and another start."""
    return _end_server(stage, signal.SIGTERM)


def cut_by_server(stage: Stage) -> str:
    """CLIENT KILL of some connection, or of all that are subscribed."""
    with stage.connect() as server:
        if stage.random.random() < 0.2:  # noqa: PLR2004
            return f"{server.client_kill_filter(_type='pubsub')} subscribers"
        mine = server.client_id()
        others = [each["id"] for each in server.client_list() if int(each["id"]) != mine]
        if others:
            server.client_kill_filter(_id=stage.random.choice(others))
        return f"one of {len(others)}"


def cut_by_proxy(stage: Stage) -> str:
    """Connections cut on the way: one, in the middle of a message perhaps, or all."""
    return stage.proxy.cut_all() if stage.random.random() < 0.2 else stage.proxy.cut_one()  # noqa: PLR2004


def delete_rq_jobs(stage: Stage) -> str:
    """Deletion of all records of RQ's jobs, or of one."""
    with stage.connect() as server:
        found = sorted(server.scan_iter(match="*rq:job:*", count=10_000))
        chosen = found if stage.random.random() < 0.3 else found[:1]  # noqa: PLR2004
        return f"{server.delete(*chosen) if chosen else 0} of {len(found)}"


def kill_client(stage: Stage) -> str:
    """SIGKILL of a client in the middle of execute, or of wait."""
    if not stage.clients:
        return "none"
    client = stage.random.choice(stage.clients)
    letter = stage.random.choice(b"xxw")
    seconds = stage.random.choice((0.0, 0.005, 0.02, 0.1))
    deadline = time.monotonic() + _WATCH_SECONDS
    doing = stage.home / f"doing-{client.name}"
    with suppress(OSError):
        while time.monotonic() < deadline and doing.read_bytes()[0] != letter:
            time.sleep(0.002)
    time.sleep(seconds)
    client.end(signal.SIGKILL)
    return f"{client.name} at {chr(letter)}"


KINDS: Final[dict[Kill, float]] = {
    kill_horse: 30,
    kill_watcher: 5,
    kill_worker: 10,
    terminate_worker: 8,
    stop_worker: 8,
    kill_server: 2.5,
    restart_server: 1.5,
    cut_by_server: 12,
    cut_by_proxy: 12,
    delete_rq_jobs: 6,
    kill_client: 5,
}
"""How frequent each is."""


def _worker(stage: Stage) -> Started:
    alive = [each for each in stage.workers if each.is_alive and not each.is_ours]
    if not alive:
        raise LookupError("no worker is there")
    return stage.random.choice(alive)


def _all_below(stage: Stage) -> list[Process]:
    processes = all_processes()
    return [deep for each in stage.workers for deep in below(each.pid, processes)]


def _horses(stage: Stage) -> list[Process]:
    pids = {each.pid for each in stage.workers}
    return [
        each for each in all_processes().values() if each.parent in pids and not each.is_watcher
    ]


def _signal_one(stage: Stage, found: list[Process], number: signal.Signals) -> str:
    if not found:
        return "none"
    chosen = stage.random.choice(sorted(found, key=lambda each: each.pid))
    send(chosen.pid, number)
    return str(chosen.pid)


def _end_server(stage: Stage, number: signal.Signals) -> str:
    seconds = stage.random.choice((0.0, 0.0, 0.5, 2.0, 5.0))
    pid = stage.server_pid
    send(pid, number)
    wait_until(lambda: has_ended(pid), _END_SECONDS)  # else it might still answer
    time.sleep(seconds)
    stage.restart_server()
    return f"away for {seconds} s"


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()


TROUBLE: Final = (redis.RedisError, OSError, LookupError)
"""What a kill may meet, because of another one that is just being done."""
