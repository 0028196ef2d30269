"""``funsies guard``: not for users; see :mod:`funsies.local.guard`."""

from __future__ import annotations

import select
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import click

_CLEANS_UP: Final = "funsies.local.guard"
_HURRY_SECONDS: Final = 5.0
"""So long nothing is imported: the program and its workers are starting, and may soon end."""


@click.command(hidden=True)
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--pool", "pools", multiple=True)
@click.option("--server", is_flag=True)
@click.option("--remove", type=click.Path(path_type=Path))
def guard(directory: Path, pools: tuple[str, ...], server: bool, remove: Path | None) -> None:
    """Stop workers and server when the program that started this one is gone."""
    if _has_cleaned_up():
        return
    from funsies.config.directory import Directory  # noqa: PLC0415 - it may not be needed
    from funsies.local.guard import clean_up_in_the_end  # noqa: PLC0415 - as above

    clean_up_in_the_end(Directory(directory), list(pools), stops_server=server, removes=remove)


def _has_cleaned_up() -> bool:
    """Wait for the end of the program; True if it said before that nothing is left to do."""
    if not select.select([sys.stdin], [], [], _HURRY_SECONDS)[0]:
        import_module(_CLEANS_UP)  # now, while it can be
    return bool(sys.stdin.buffer.read())
