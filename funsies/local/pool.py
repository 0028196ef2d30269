"""Worker pools on this machine: child processes, found again by the locks that they hold."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from funsies.config.directory import Directory
from funsies.config.invitation import encode_invitation, invitation_to
from funsies.config.server import ResolvedServer
from funsies.core.errors import NoWorkersError
from funsies.core.options import DEFAULT_QUEUE
from funsies.engine.starting import note_starting

from .daemons import (
    INHERITED_DESCRIPTOR,
    exit_code,
    funsies_command,
    has_ended,
    is_locked,
    send,
    spawn,
    try_lock,
    wait_until,
)

_IN_ORDER: Final = ((signal.SIGTERM, 15.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
_AT_ONCE: Final = ((signal.SIGTERM, 1.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0))
"""Signals to send one after the other, each with the seconds to wait for its effect."""


_LAST_LINES: Final = 8
_LAST_BYTES: Final = 8192


class Pool(msgspec.Struct, frozen=True):
    """Workers that were started here.

    Attributes:
        pid: process that started and watches them.
        lock: file that they hold locked while they live; it contains the process id.
        log: file to which they print.
        log_start: where in it their own words begin.
    """

    pid: int
    lock: Path
    log: Path
    log_start: int = 0

    @property
    def is_alive(self) -> bool:
        """True while the workers run."""
        return not _is_gone(self)

    def log_tail(self) -> str:
        """The end of what they printed, as indented lines for a message."""
        with self.log.open("rb") as log:
            log.seek(max(self.log_start, self.log.stat().st_size - _LAST_BYTES))
            lines = log.read().decode("utf-8", "replace").splitlines()
        last = [f"    {line.rstrip()}" for line in lines if line.strip()][-_LAST_LINES:]
        return "\n".join(last or ["    (it is empty)"])


def start_pool(
    directory: Directory,
    server: ResolvedServer,
    count: int,
    *,
    queues: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> Pool:
    """Start workers that outlive this process.

    Args:
        directory: where their lock and their log are.
        server: for which they work; they read it, and the key, from their standard input.
        count: number of workers.
        queues: which they serve; by default the default queue.
        arguments: more arguments of ``funsies worker``.

    Raises:
        NoWorkersError: if they cannot be started.
    """
    pools = _pools(directory)
    pools.mkdir(mode=0o700, exist_ok=True)
    lock = pools / secrets.token_hex(4)
    held = try_lock(lock)
    if held is None:
        raise RuntimeError(f"{lock} is new and cannot be held by anybody else")
    log = _log(directory)
    options = ("--workers", str(count), "--lock-descriptor", str(INHERITED_DESCRIPTOR))
    command = funsies_command("join", "-", *options, *arguments, "--", *queues)
    invitation = invitation_to(server.jobs_url, server.keys, server.data_url)
    log_start = log.stat().st_size if log.exists() else 0
    try:
        pid = spawn(command, log=log, lock=held, reads=encode_invitation(invitation))
    except OSError as problem:
        lock.unlink()
        raise NoWorkersError(
            f"workers cannot be started by {command[0]}: {problem.strerror}"
        ) from problem
    finally:
        os.close(held)
    note_starting(server, _served(queues, arguments), pid)
    return Pool(pid, lock, log, log_start)


def _served(queues: Sequence[str], arguments: Sequence[str]) -> Sequence[str]:
    """Which queues they serve; among arguments there may be some, and values of options."""
    named = [*queues, *(each for each in arguments if not each.startswith("-"))]
    return named or [DEFAULT_QUEUE]


def running_pools(directory: Directory) -> Iterator[Pool]:
    """The pools of a directory that are alive on this machine; the traces of others go."""
    for lock in sorted(_pools(directory).glob("*")):
        if not is_locked(lock):
            lock.unlink(missing_ok=True)
        # One that is held and does not say yet by whom is just being started by somebody.
        elif pid := int(lock.read_text("ascii") or 0):
            yield Pool(pid, lock, _log(directory))


def has_workers(directory: Directory) -> bool:
    """True while any pool of a directory is alive on this machine."""
    return any(True for _ in running_pools(directory))


def see_alive(pool: Pool) -> None:
    """See that workers which are children of this process have not given up.

    Nothing is said of those that somebody has asked to leave, or has killed.

    Raises:
        NoWorkersError: if they have; the end of their log is in the message.
    """
    if (exit_code(pool.pid) or 0) > 0:
        raise NoWorkersError(
            f"the workers died; the end of their log, {pool.log}:\n{pool.log_tail()}"
        )


def stop_pools(pools: Sequence[Pool], *, at_once: bool = False) -> None:
    """End workers; what they run is put back, to go on elsewhere.

    Args:
        pools: of this machine.
        at_once: True leaves a running step only moments.
    """
    for number, seconds in _AT_ONCE if at_once else _IN_ORDER:
        remaining = [pool for pool in pools if not _is_gone(pool)]
        for pool in remaining:
            _signal(pool, number)
        if wait_until(lambda: all(map(_is_gone, pools)), seconds):
            break
    for pool in pools:
        pool.lock.unlink(missing_ok=True)


def _signal(pool: Pool, number: signal.Signals) -> None:
    if number is signal.SIGKILL:
        # The pool leads its own group: the workers, but not the steps, which their workers'
        # death ends.
        with suppress(ProcessLookupError):
            os.killpg(pool.pid, number)
    else:
        send(pool.pid, number)


def _is_gone(pool: Pool) -> bool:
    return has_ended(pool.pid) or not is_locked(pool.lock)


def _pools(directory: Directory) -> Path:
    return directory.path / "pools"


def _log(directory: Directory) -> Path:
    return directory.log_path / "workers.log"
