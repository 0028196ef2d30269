"""A guard: a small process that cleans up when the program that needed workers is gone.

A program that is killed cannot stop what it started. The guard notices, because a pipe from the
program to it closes, and does it instead. A program that ends in order cleans up itself, and
says so in that pipe: then its guard, which need not even have imported this module, just ends.

A server with which other programs of the directory work by then (another notebook, or this one
with a new kernel) goes on until their workers have ended: the guard waits for that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, cast

from funsies.config.directory import Directory
from funsies.core.errors import NoWorkersError
from funsies.core.secret_variables import without_secrets
from funsies.run.process_exit import leave

from .daemons import end_orphans, funsies_command
from .embedded import stop_server
from .pool import Pool, has_workers, running_pools, stop_pools

_STOP_SECONDS = 30.0
_LOOK_SECONDS = 1.0
"""Pause between two looks whether others still use the server."""


@contextmanager
def guarded(
    directory: Directory, pools: list[Pool], *, stops_server: bool, removes: Path | None = None
) -> Iterator[None]:
    """Stop workers, and perhaps the server, when the block ends or this process dies.

    Args:
        directory: to which they belong.
        pools: the workers.
        stops_server: True to stop the server, too.
        removes: directory tree to be removed then, with all workers that belong to it; None
            for none.

    Raises:
        NoWorkersError: if the process that would do it cannot be started; then it is done.
    """
    names = [pool.lock.name for pool in pools]
    options = [f"--pool={name}" for name in names]
    options += ["--server"] * stops_server
    options += [f"--remove={removes}"] if removes else []
    clean = partial(clean_up, directory, names, stops_server=stops_server, removes=removes)
    try:
        guard = _start(options, directory)
    except BaseException:
        clean()
        raise
    is_done = False
    try:
        yield
    finally:
        try:
            is_done = clean()
        finally:
            _release(guard, is_done=is_done)


def _start(options: list[str], directory: Directory) -> subprocess.Popen[bytes]:
    command = funsies_command("guard", str(directory.path), *options)
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            env=without_secrets(os.environ),
            start_new_session=True,
        )
    except OSError as problem:
        raise NoWorkersError(
            f"the guard of the workers cannot be started by {command[0]}: {problem.strerror}"
        ) from problem


def _release(guard: subprocess.Popen[bytes], *, is_done: bool) -> None:
    """Let a guard go: it ends if it is told that nothing is left to do, else it cleans up."""
    try:
        # Somebody may have ended it.
        with suppress(BrokenPipeError), cast("IO[bytes]", guard.stdin) as pipe:
            if is_done:
                pipe.write(b"done")
        if is_done:
            with suppress(subprocess.TimeoutExpired):
                guard.wait(_STOP_SECONDS)
    finally:
        leave(guard)


def clean_up_in_the_end(
    directory: Directory, pools: list[str], *, stops_server: bool, removes: Path | None
) -> None:
    """Clean up after a program that could not; a server that others use goes on until then.

    Args:
        directory: to which workers and server belong.
        pools: names of the workers' locks.
        stops_server: True to stop the server, too.
        removes: directory tree to be removed then.
    """
    while not clean_up(directory, pools, stops_server=stops_server, removes=removes):
        time.sleep(_LOOK_SECONDS)


def clean_up(
    directory: Directory, pools: list[str], *, stops_server: bool, removes: Path | None
) -> bool:
    """Stop what is still running; nothing happens if nothing is.

    Of a directory that is to be removed all workers are stopped.

    Returns:
        False if the server goes on, since others use it.
    """
    is_all_ours = removes is not None
    mine = [pool for pool in running_pools(directory) if is_all_ours or pool.lock.name in pools]
    stop_pools(mine, at_once=True)
    end_orphans(directory)
    if stops_server:
        stop_server(directory, is_used=lambda: has_workers(directory))
        if has_workers(directory):
            return False
    if removes is not None:
        shutil.rmtree(removes, ignore_errors=True)
    return True
