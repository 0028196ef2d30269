"""``start-funsies``: a server for a directory, and workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from funsies.config.directory import NAME, Directory
from funsies.config.server import ResolvedServer
from funsies.config.urls import ConfigurationError
from funsies.local.server_settings import ServerSettings

from .commands import run_command
from .exits import Exit
from .notes import note, step
from .option_types import MOST_WORKERS
from .setting import show_version

if TYPE_CHECKING:
    from funsies.local.embedded import Started
    from funsies.store.server_notes import DataPlace


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument(
    "directory",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path, resolve_path=True),
)
@click.option(
    "--workers", type=click.IntRange(0, MOST_WORKERS), help="Start this many workers."
)
@click.option(
    "--disk/--no-disk",
    default=None,
    help="Keep large values as files, or in the server's memory.  "
    "[default: disk, but no-disk with --bind]",
)
@click.option(
    "--pw/--no-pw",
    default=True,
    help="Protect the server with a random password besides the rights of its socket.  "
    "[default: pw]",
)
@click.option("--port", type=int, help="Listen on this TCP port, too.")
@click.option("--bind", metavar="ADDRESS", help="Interface of the port.  [default: 127.0.0.1]")
@click.option(
    "--insecure", is_flag=True, help="Allow what others could enter or overhear (no TLS)."
)
@click.option(
    "--server-program", metavar="NAME", help="Run this redis-server or valkey-server."
)
@click.option(
    "--script",
    type=click.Path(exists=True, dir_okay=False, path_type=Path, resolve_path=True),
    help="Then run this Python script.",
)
@click.option("--stop", is_flag=True, help="Stop everything when the script has ended.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Print the version.",
)
def start(
    *,
    directory: Path,
    workers: int | None,
    disk: bool | None,
    pw: bool,
    port: int | None,
    bind: str | None,
    insecure: bool,
    server_program: str | None,
    script: Path | None,
    stop: bool,
) -> int:
    r"""Start a server for a directory, and workers.

    The server lives on until ``funsies shutdown --all``. Its data are in DIRECTORY/.funsies,
    where every funsies command finds it from DIRECTORY and from below.

    \b
    Example:
      start-funsies --workers 4
      start-funsies --workers 4 --script workflow.py --stop
    """
    given = ServerSettings(
        program=server_program,
        has_password=pw,
        keeps_data_on_disk=disk,
        data_url=os.environ.get("FUNSIES_DATA") if disk is None else None,
        port=port,
        bind=bind or ServerSettings().bind,
        is_insecure=insecure,
    )
    place = Directory(directory / NAME)
    server = _start(place, given)
    if workers:
        _start_workers(place, server, workers)
    if script is None:
        _say_what_next()
        return _stop(place) if stop else Exit.OK
    try:
        return _run_script(script, server)
    finally:
        if stop:
            _stop(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``start-funsies`` and return its exit code.

    Args:
        arguments: by default those of the process.
    """
    return run_command(start, "start-funsies", arguments)


def _start(place: Directory, given: ServerSettings) -> ResolvedServer:
    from funsies.local.embedded import start_server  # noqa: PLC0415 - not needed for --help

    with step("server"):
        started = start_server(place, given)
    record = started.record
    if started.was_running and given.port not in {None, record.port}:
        raise ConfigurationError(
            f"the server of this directory runs already, without port {given.port}; "
            "stop it first: funsies shutdown --all"
        )
    if started.was_running:
        note("the server of this directory was running already; it stays as it is")
    note(f"socket    {record.socket}")
    if record.network_url:
        note(f"network   {record.network_url}")
    if record.is_shared:
        note("machines  join with the file that this writes: funsies invite")
    note(f"data      {started.place.shown}")
    for line in _about_data(started, given):
        note(line)
    return started.server(place)


def _about_data(started: Started, given: ServerSettings) -> list[str]:
    """What the user does not expect, or has to do, about where large values are."""
    place, lines = started.place, []
    if _is_other_than_asked(place, given):
        lines += [
            "          (as before: results that are there need it. To change that, forget them",
            "          by funsies clean --all, and the server by funsies shutdown --all)",
        ]
    if started.record.is_shared and place.url.startswith("file:"):
        lines += [
            "          workers and clients on other machines need this very directory, shared;",
            "          if its path is another one there, they are told so:",
            "              funsies --data file:///its/path/there worker",
        ]
    return lines


def _is_other_than_asked(place: DataPlace, given: ServerSettings) -> bool:
    if given.data_url is not None:
        return place.url != given.data_url
    return given.says_where_data_are and bool(place.url) != bool(given.keeps_data_on_disk)


def _start_workers(place: Directory, server: ResolvedServer, count: int) -> None:
    from funsies.local.pool import start_pool  # noqa: PLC0415 - not needed for --help

    with step(f"{count} worker{'s' if count > 1 else ''}"):
        pool = start_pool(place, server, count)
    note(f"log       {pool.log}")


def _run_script(script: Path, server: ResolvedServer) -> int:
    note(f"script    {script}")
    environment = {**os.environ, **server.environment()}
    return subprocess.run([sys.executable, script], env=environment, check=False).returncode


def _stop(place: Directory) -> int:
    from funsies.local.embedded import stop_server  # noqa: PLC0415 - not needed for --help
    from funsies.local.pool import running_pools, stop_pools  # noqa: PLC0415 - as above

    with step("shutdown"):
        stop_pools(list(running_pools(place)))
        stop_server(place)
    return Exit.OK


def _say_what_next() -> None:
    note("every funsies command finds this server from here and below; end it with:")
    note("    funsies shutdown --all")
