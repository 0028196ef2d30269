"""``funsies clean``: drop what is queued, or forget everything."""

from __future__ import annotations

from pathlib import Path

import click

from funsies.config.directory import Directory
from funsies.engine.cleanup import cancel_ready
from funsies.history.run_records import forget_old
from funsies.local.pool import running_pools, stop_pools
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.data.address import directory_of
from funsies.store.place import recorded_place, replace_place

from .exits import Exit
from .say import note
from .setting import Setting
from .shutdown import stop_workers


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
            click.confirm(f"Forget everything on {session.server.shown}?", abort=True, err=True)
        _stop_all_workers(session)
        if everything:
            _forget_everything(session)
        else:
            dropped = cancel_ready(session.backend.graph)
            note(f"dropped {counted(dropped, 'step')} and what waited for them")
            forget_old(session.backend.graph)
    return Exit.OK


def _forget_everything(session: Session) -> None:
    """Clear the server; one that belongs to a directory goes on to say where values are."""
    graph = session.backend.graph
    place = recorded_place(graph)
    graph.clear()
    if place is not None and session.server.directory is not None:
        replace_place(graph, place)
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
