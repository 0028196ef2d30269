"""``funsies guard``: not for users; see :mod:`funsies.local.guard`."""

from __future__ import annotations

from pathlib import Path

import click

from funsies.config.directory import Directory
from funsies.local.guard import stand_guard


@click.command(hidden=True)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--pool", "pools", multiple=True)
@click.option("--server", is_flag=True)
@click.option("--remove", type=click.Path(path_type=Path))
def guard(directory: Path, pools: tuple[str, ...], server: bool, remove: Path | None) -> None:
    """Stop workers and server when the program that started this one is gone."""
    stand_guard(Directory(directory), list(pools), stops_server=server, removes=remove)
