"""``funsies shutdown`` and ``funsies clean``: stop workers and server, drop what is queued."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from funsies.config.directory import NAME, Directory, find_directories
from funsies.config.server import ResolvedServer
from funsies.core.errors import NoServerError, ServerError
from funsies.engine.arming import ask_workers_to_stop
from funsies.engine.cleanup import cancel_ready
from funsies.engine.worker_registry import list_workers
from funsies.history.run_records import forget_old
from funsies.local.daemons import end_orphans, wait_until
from funsies.local.embedded import stop_server
from funsies.local.pool import running_pools, stop_pools
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.data.address import directory_of
from funsies.store.server_notes import recorded_place, replace_place

from .exits import Exit
from .notes import note, step
from .setting import Setting

_STOP_SECONDS = 30.0


@click.command()
@click.option(
    "--all", "stops_server", is_flag=True, help="Stop the server, too; implies --force."
)
@click.option("--force", "-f", is_flag=True, help="Leave running steps only moments.")
@click.pass_obj
def shutdown(setting: Setting, *, stops_server: bool, force: bool) -> int:
    r"""Stop all workers of the server, wherever they run.

    What they run is put back, and goes on when there are workers again. Nothing is lost: the
    server writes its data to disk before it ends.

    \b
    Example:
      funsies shutdown --all
    """
    server = setting.resolve()
    directory = _directory(server)
    if directory is None and stops_server and _end_orphans():
        return Exit.OK
    at_once = force or stops_server
    had_pools = _stop_pools(directory, at_once=at_once)
    try:
        with setting.session() as session:
            stop_workers(session.server, at_once=at_once)
    except (NoServerError, ServerError):
        if not had_pools and not (stops_server and directory):
            raise
    if stops_server:
        with step("server"):
            _stop(server, directory)
    return Exit.OK


def stop_workers(server: ResolvedServer, *, at_once: bool) -> None:
    """Ask all workers of a server to stop, and wait until they have signed off."""
    number = ask_workers_to_stop(server, at_once=at_once)
    if not number:
        return
    with step(counted(number, "worker")):
        is_over = wait_until(lambda: not list_workers(server), _STOP_SECONDS)
    if not is_over:
        note(
            "some workers have not signed off: they run something that takes long, or are lost"
        )


def _end_orphans() -> bool:
    """End what runs on though its directory, here or nearest above, was removed."""
    places = (Path.cwd(), *Path.cwd().parents)
    if not any(end_orphans(Directory(place / NAME)) for place in places):
        return False
    note(f"{NAME} was removed while its server or workers ran; they were ended")
    return True


def _stop_pools(directory: Directory | None, *, at_once: bool) -> bool:
    """Stop the workers that were started in the directory on this machine."""
    pools = list(running_pools(directory)) if directory else []
    if pools:
        with step("workers of this directory"):
            stop_pools(pools, at_once=at_once)
    return bool(pools)


def _directory(server: ResolvedServer) -> Directory | None:
    """The directory of the server; the nearest one if there is no server (any more)."""
    if server.directory is not None:
        return Directory(server.directory)
    return next(find_directories(Path.cwd()), None) if server.is_default else None


def _stop(server: ResolvedServer, directory: Directory | None) -> None:
    if directory is not None:
        stop_server(directory)  # what one that was killed has left is cleared away, too
        return
    from funsies.store.server_connection import client_of  # noqa: PLC0415 - of others' servers

    with client_of(server.jobs_url, _STOP_SECONDS) as connection:
        connection.shutdown()


@click.command()
@click.option("--all", "everything", is_flag=True, help="Forget all results and definitions.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def clean(setting: Setting, *, everything: bool, yes: bool) -> int:
    r"""Stop the workers, and drop everything that is queued. Results stay.

    What was asked for and is not finished becomes an error of the kind Cancelled, which is not
    remembered: the next execute computes it. With --all, all results are forgotten, too.

    \b
    Example:
      funsies clean
      funsies clean --all --yes
    """
    with setting.session(is_patient=True) as session:
        if everything and not yes:
            _ask(f"Forget everything on {session.server.shown}?")
        _stop_all_workers(session)
        if everything:
            _forget_everything(session)
        else:
            dropped = cancel_ready(session.backend.graph)
            note(_what_was_dropped(dropped))
            forget_old(session.backend.graph.named)
    return Exit.OK


def _ask(question: str) -> None:
    """Go on only if somebody says yes."""
    try:
        is_meant = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo(err=True)  # the question stands on a line that nobody has ended
        raise click.UsageError("nobody has answered; if that is meant, add --yes") from None
    if not is_meant:
        raise click.Abort


def _what_was_dropped(number: int) -> str:
    if not number:
        return "nothing to drop: no step is ready"
    waited = "it" if number == 1 else "them"
    return f"dropped {counted(number, 'step')} and what waited for {waited}"


def _forget_everything(session: Session) -> None:
    """Clear the server; one that belongs to a directory goes on to say where values are."""
    graph = session.backend.graph
    place = recorded_place(graph.named)
    graph.clear()
    if place is not None and session.server.directory is not None:
        replace_place(graph.named, place)
    note("everything is forgotten")
    if place is not None and place.url.startswith("file:"):
        _tell_of_files(directory_of(place.url))


def _tell_of_files(directory: Path) -> None:
    """Say where large values stay: other servers may use them, too."""
    if any(directory.glob("??/*")):
        note(
            f"large values stay in {directory}; remove that directory if no other server "
            "uses it"
        )


def _stop_all_workers(session: Session) -> None:
    if session.server.directory is not None:
        stop_pools(list(running_pools(Directory(session.server.directory))), at_once=True)
    stop_workers(session.server, at_once=True)
