"""``funsies join``: start workers for the server that a file names."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from funsies.config.invitation import Invitation, decode_invitation, read_invitation

from .worker import worker

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
