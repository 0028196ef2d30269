"""What commands say beside their data: short lines on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from funsies.store.server_address import hide_secrets

FAILED_ARE_KEPT: Final = (
    "errors are kept, as values are, unless the machine is to blame (funsies cat HASH tells); "
    "to have failed steps run again: funsies reset --failed"
)

VOLATILE_IS_NOT_KEPT: Final = (
    "what is volatile was cancelled, or failed by a fault of the machine, or comes from such a "
    "step: it is not kept, and runs again when it is executed again"
)


def note(message: str) -> None:
    """Say something, without passwords."""
    # Not `err=True`, which goes around what stands for it while a bar is shown.
    click.echo(hide_secrets(message), file=sys.stderr)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say that something is begun, and how it ended."""
    click.echo(f"{click.style(name, bold=True)} ... ", err=True, nl=False)
    try:
        yield
    except BaseException:
        click.secho("failed", err=True, fg="red", bold=True)
        raise
    click.secho("done", err=True, fg="green", bold=True)
