"""A guard: a small process that cleans up when the program that needed workers is gone.

A program that is killed cannot stop what it started. The guard notices, because a pipe from the
program to it closes, and does it instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from funsies.config.directory import Directory
from funsies.core.secret_variables import without_secrets

from .command import funsies_command
from .embedded import stop_server
from .orphans import end_orphans
from .pool import Pool, running_pools, stop_pools

_STOP_SECONDS = 30.0


@contextmanager
def guarded(
    directory: Directory, pools: list[Pool], *, stops_server: bool, removes: Path | None = None
) -> Iterator[None]:
    """Stop workers, and perhaps the server, when the block ends or this process dies.

    Args:
        directory: to which they belong.
        pools: the workers.
        stops_server: True to stop the server, too.
        removes: directory tree to be removed then; None for none.
    """
    options = [f"--pool={pool.lock.name}" for pool in pools]
    options += ["--server"] * stops_server
    options += [f"--remove={removes}"] if removes else []
    command = funsies_command("guard", str(directory.path), *options)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        env=without_secrets(os.environ),
        start_new_session=True,
    ) as guard:
        try:
            yield
        finally:
            clean_up(
                directory,
                [pool.lock.name for pool in pools],
                stops_server=stops_server,
                removes=removes,
            )
            if guard.stdin is not None:
                guard.stdin.close()
            guard.wait(_STOP_SECONDS)


def stand_guard(
    directory: Directory, pools: list[str], *, stops_server: bool, removes: Path | None
) -> None:
    """Wait until the other end of standard input is closed, and clean up.

    Args:
        directory: to which workers and server belong.
        pools: names of the workers' locks.
        stops_server: True to stop the server, too.
        removes: directory tree to be removed then.
    """
    while sys.stdin.buffer.read(1):
        pass
    clean_up(directory, pools, stops_server=stops_server, removes=removes)


def clean_up(
    directory: Directory, pools: list[str], *, stops_server: bool, removes: Path | None
) -> None:
    """Stop what is still running; nothing happens if nothing is."""
    mine = [pool for pool in running_pools(directory) if pool.lock.name in pools]
    stop_pools(mine, at_once=True)
    end_orphans(directory)
    if stops_server:
        stop_server(directory)
    if removes is not None:
        shutil.rmtree(removes, ignore_errors=True)
