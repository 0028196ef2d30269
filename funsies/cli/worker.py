"""``funsies worker`` and ``funsies join``: start workers."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

import click

from funsies.config.invitation import Invitation, decode_invitation, read_invitation
from funsies.config.server import ResolvedServer
from funsies.config.urls import ConfigurationError
from funsies.core.durations import LONGEST_DELAY_SECONDS
from funsies.core.options import DEFAULT_QUEUE
from funsies.core.secret_variables import SERVER_VARIABLES
from funsies.engine.timing import Timing
from funsies.engine.worker import leave_before_end, run_worker

from .exits import Exit
from .notes import note
from .option_types import MOST_WORKERS, QUEUE, WALLTIME, WORKER_NAME
from .server_wait import LOADING_SECONDS, await_server, leaving_quietly
from .setting import Setting, check


def _refused(context: click.Context, option: click.Parameter, value: str | None) -> None:
    """Whoever gives the option that funsies 0.8 had reads what to write in its place."""
    if value is not None:
        from funsies.core.former_names import told  # noqa: PLC0415 - seldom needed

        name = str(option.opts[0])
        raise click.UsageError(told(name, "write funsies --log LEVEL worker"), context)


@click.command()
@click.argument("queues", nargs=-1, type=QUEUE, metavar="[QUEUES]...")
@click.option("--burst", "-b", is_flag=True, help="Leave when nothing is ready any more.")
@click.option(
    "--workers", type=click.IntRange(1, MOST_WORKERS), help="Start this many, as one pool."
)
@click.option("--name", type=WORKER_NAME, help="Name of the worker; unique on the server.")
@click.option(
    "--walltime",
    type=WALLTIME,
    metavar="SECONDS",
    help="Leave shortly before so many seconds are over.  [default: until SLURM_JOB_END_TIME]",
)
@click.option("--rq-log-level", hidden=True, expose_value=False, callback=_refused)
@click.option("--lock-descriptor", type=click.IntRange(3, 2**31 - 1), hidden=True)
@click.pass_obj
def worker(
    setting: Setting,
    *,
    queues: tuple[str, ...],
    burst: bool,
    workers: int | None,
    name: str | None,
    walltime: float | None,
    lock_descriptor: int | None,
) -> int:
    r"""Start a worker that serves QUEUES, by default the queue "default".

    Ctrl-C or SIGTERM ends it: what it runs is put back and goes on elsewhere. The times that it
    keeps are set by environment variables, e.g. FUNSIES_LEASE_SECONDS=15: how long it takes
    until the work of a machine that vanished is done elsewhere.

    A server that is away, or loads its data, is waited for (with --burst for a minute), which
    is said on stderr.

    In a job of a batch system it leaves before the job's time is over (--walltime), so that
    what it runs is put back at once, and nothing is lost.

    \b
    Example:
      funsies worker --workers 8
      funsies worker gpu default
      funsies worker --walltime 3600
    """
    if lock_descriptor is not None:
        _keep_to_itself(lock_descriptor)
    timing = timing_from(os.environ)
    served = queues or (DEFAULT_QUEUE,)
    left = walltime or seconds_left(os.environ, time.time())
    if left is not None and not leave_before_end(left, timing.walltime_margin_seconds):
        note(f"{left:.0f} seconds are left: too few to begin anything")
        return Exit.OK
    with leaving_quietly():  # until the worker or the pool takes the signals
        server = _server(setting, lock_descriptor, burst=burst)
        if not server.keys:
            note(
                "warning: this worker has no key, so it runs whatever anybody has written to "
                "the server, signed by nobody; to take the key along: funsies invite, "
                "funsies join"
            )
        forget_secrets()
        # Else the system buries what is waited for.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if workers is None:
            return run_worker(server, served, burst=burst, timing=timing, name=name)
        from funsies.engine.pool import run_pool  # noqa: PLC0415 - only a pool needs it

        return run_pool(workers, server, served, burst=burst, timing=timing)


def _server(setting: Setting, lock_descriptor: int | None, *, burst: bool) -> ResolvedServer:
    """The server; it is waited for, unless somebody has started both and looks after them."""
    if lock_descriptor is not None:
        return setting.resolve()
    return await_server(setting.resolve, check, LOADING_SECONDS if burst else None)


def _keep_to_itself(lock_descriptor: int) -> None:
    """See that nothing a step starts holds the lock: it says that this process lives."""
    try:
        os.set_inheritable(lock_descriptor, False)
    except OSError:
        raise click.UsageError(f"{lock_descriptor} is no descriptor of this process") from None


def timing_from(variables: Mapping[str, str]) -> Timing:
    """Read the engine's patience from variables such as ``FUNSIES_LEASE_SECONDS``.

    Raises:
        ConfigurationError: if one is not a number greater than zero.
    """
    changed: dict[str, float] = {}
    for field in fields(Timing):
        name = f"FUNSIES_{field.name.upper()}"
        if name not in variables:
            name = _FORMER_VARIABLES.get(name, name)
        if name in variables:
            changed[field.name] = min(_seconds(variables[name], name), LONGEST_DELAY_SECONDS)
    return Timing(**changed)


_FORMER_VARIABLES: Final = {"FUNSIES_FORK_BACKOFF_SECONDS": "FUNSIES_BRAKE_SECONDS"}
"""What such a variable was called before; it is heeded where the new name is not set."""


END_VARIABLE: Final = "SLURM_JOB_END_TIME"
"""Seconds since 1970; set by SLURM 23.02 and later."""


def seconds_left(variables: Mapping[str, str], now: float) -> float | None:
    """Time until SLURM ends the job that this process is part of; None if there is no end.

    Args:
        variables: the environment.
        now: the time, seconds since 1970.

    Raises:
        ConfigurationError: if the environment says something that is no time.

    >>> seconds_left({"SLURM_JOB_END_TIME": "1700000060"}, 1700000000.0)
    60.0
    """
    if END_VARIABLE not in variables:
        return None
    return max(_seconds(variables[END_VARIABLE], END_VARIABLE) - now, 0.0)


def forget_secrets() -> None:
    """Remove the server's password and the key from the environment of the steps to be run."""
    for name in SERVER_VARIABLES:
        os.environ.pop(name, None)


def _seconds(text: str, name: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(f"{name} is {text!r}; it must be a number of seconds above 0")
    return seconds


STANDARD_INPUT: Final = Path("-")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_context
def join(context: click.Context, /, *, file: Path, **options: Any) -> int:
    r"""Start a worker for the server of FILE, which ``funsies invite`` has written there.

    FILE may be -, for standard input. Nobody else may be able to read it (chmod 600 FILE).
    QUEUES and options are those of ``funsies worker``.

    To submit from here to that server, no worker is needed: with FUNSIES_JOIN=FILE in the
    environment every program and command uses it.

    \b
    Example:
      funsies join funsies.join --workers 8
      funsies join funsies.join gpu default
    """
    found = _standard_input() if file == STANDARD_INPUT else read_invitation(file)
    context.obj = replace(context.obj, invitation=found)
    outcome: int = context.invoke(worker, **options)
    return outcome


join.params += worker.params


def _standard_input() -> Invitation:
    """Read an invitation to its end; steps find an empty standard input."""
    found = decode_invitation(sys.stdin.buffer.read(), "standard input")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return found
